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

    /// <summary>The next image is on its way until this has ended; null where it is there at once.</summary>
    public TaskCompletionSource<IDisposable>? Coming { get; set; }

    /// <summary>What came with the last one.</summary>
    public PullCredentials? Credentials { get; private set; }

    public Task<IDisposable> RequireAsync(
        ContainerSpec container, PullCredentials? credentials, CancellationToken cancellation)
    {
        if (Fault is not null) return Task.FromException<IDisposable>(Fault);
        if (Coming is not null) return Coming.Task;
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
