using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Runtime;
using Swarm.Runtime.Images;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>Has every image at once, unless it is told otherwise.</summary>
internal sealed class FakeTaskImages : ITaskImages
{
    public List<string> Required { get; } = [];

    public ImmutableArray<NodeImage> Here { get; set; } = [];

    public int Held { get; private set; }

    public ContainerException? Fault { get; set; }

    /// <summary>What came with the last one.</summary>
    public PullCredentials? Credentials { get; private set; }

    public Task<IDisposable> RequireAsync(
        ContainerSpec container, PullCredentials? credentials, CancellationToken cancellation)
    {
        if (Fault is not null) return Task.FromException<IDisposable>(Fault);
        Credentials = credentials;
        Required.Add(container.Image);
        Held++;
        return Task.FromResult<IDisposable>(new Release(() => Held--));
    }

    private sealed class Release(Action act) : IDisposable
    {
        public void Dispose() => act();
    }
}
