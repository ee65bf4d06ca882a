using System.Diagnostics;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>A node whose registry is used by others' tools, Debian's registry behind it, and a folder.</summary>
public sealed class RegistryNode : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-tools-");
    private TestNode? _node;

    internal TestNode Node => _node ?? throw new InvalidOperationException("the node has not been started");

    public DebianRegistry Origin { get; } = new();

    /// <summary>Host and port of the node's registry.</summary>
    public string Host => Node.Daemon.HttpHost;

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public async Task InitializeAsync()
    {
        await Origin.InitializeAsync();
        _node = await TestNode.StartAsync($"swarm.registry.pull-through=[\"{Origin.Host}\"]");
    }

    public async Task DisposeAsync()
    {
        if (_node is { } node) await node.DisposeAsync();
        await Origin.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>Runs a program, which must end with 0.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> DoAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} did not end");
        }

        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {await output}{await errors}");
        return (await output).Trim();
    }
}
