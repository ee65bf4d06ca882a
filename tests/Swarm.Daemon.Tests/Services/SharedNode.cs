namespace Swarm.Daemon.Tests.Services;

/// <summary>One node for all tests of a class, whose services have names of their own or are removed.</summary>
public sealed class SharedNode : IAsyncLifetime
{
    private TestNode? _node;

    internal TestNode Node => _node ?? throw new InvalidOperationException("the node has not been started");

    public async Task InitializeAsync() => _node = await TestNode.StartAsync();

    public async Task DisposeAsync()
    {
        if (_node is { } node) await node.DisposeAsync();
    }
}
