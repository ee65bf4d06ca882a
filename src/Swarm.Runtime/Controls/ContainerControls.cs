using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Work;

namespace Swarm.Runtime.Controls;

/// <summary>Changes containers on the engine's own threads.</summary>
internal sealed class ContainerControls(EngineCore core, BlockingWork work) : IContainerControls
{
    public Task PauseAsync(ContainerId id, CancellationToken cancellation) =>
        work.RunAsync(() => core.PauseAsync(id, forWork: false, cancellation), cancellation);

    public Task UnpauseAsync(ContainerId id, CancellationToken cancellation) =>
        work.RunAsync(() => core.UnpauseAsync(id, cancellation), cancellation);

    public Task SetLimitsAsync(ContainerId id, ResourceLimits limits, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return work.RunAsync(() => core.SetLimitsAsync(id, limits, cancellation), cancellation);
    }

    public Task RenameAsync(ContainerId id, string name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        return work.RunAsync(() => core.RenameAsync(id, name, cancellation), cancellation);
    }

    public Task UnlinkAsync(ContainerId id, string alias, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(alias);
        return work.RunAsync(() => core.UnlinkAsync(id, alias, cancellation), cancellation);
    }
}
