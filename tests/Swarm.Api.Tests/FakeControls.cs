using System.Collections.Concurrent;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Controls;

namespace Swarm.Api.Tests;

/// <summary>Limits of containers that are only said to be there.</summary>
internal sealed class FakeControls(FakeContainerEngine engine) : IContainerControls
{
    /// <summary>What was set, in order.</summary>
    public ConcurrentQueue<ResourceLimits> Set { get; } = new();

    /// <summary>What the kernel waits for before it has set the first limits.</summary>
    public Task Slowness { get; set; } = Task.CompletedTask;

    public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async Task SetLimitsAsync(ContainerId id, ResourceLimits limits, CancellationToken cancellation)
    {
        Set.Enqueue(limits);
        Reached.TrySetResult();
        var slowness = Slowness;
        Slowness = Task.CompletedTask;
        await slowness.WaitAsync(cancellation);
        var at = engine.Containers.FindIndex(container => container.Id == id);
        var definition = engine.Containers[at].Definition;
        engine.Containers[at] = engine.Containers[at] with
        {
            Definition = definition with { Spec = definition.Spec with { Limits = limits } },
        };
    }

    public Task PauseAsync(ContainerId id, CancellationToken cancellation) => throw new NotSupportedException();

    public Task UnpauseAsync(ContainerId id, CancellationToken cancellation) => throw new NotSupportedException();

    public Task RenameAsync(ContainerId id, string name, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task UnlinkAsync(ContainerId id, string alias, CancellationToken cancellation) =>
        throw new NotSupportedException();
}
