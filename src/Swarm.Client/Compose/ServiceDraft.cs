using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Client.Compose;

/// <summary>A service while its keys are read: what depends on several of them is settled at the end.</summary>
internal sealed record ServiceDraft(ServiceSpec Spec, ComposeContext Context)
{
    public ContainerSpec Container => Spec.Container;

    public ComposeMode Mode { get; init; }

    public bool IsJob => Mode is ComposeMode.ReplicatedJob or ComposeMode.GlobalJob;

    /// <summary>Null where the file does not say.</summary>
    public int? Replicas { get; init; }

    /// <summary>What <c>x-swarm.job.max-concurrent</c> says.</summary>
    public int? MaxConcurrent { get; init; }

    /// <summary>What a job needs, where <c>x-swarm.job</c> is given.</summary>
    public JobPolicy? Job { get; init; }

    /// <summary>What <c>restart</c> says; <c>deploy.restart_policy</c> comes before it.</summary>
    public RestartPolicy? ContainerRestart { get; init; }

    public RestartPolicy? DeployRestart { get; init; }

    public bool HasNetworkMode { get; init; }

    public ImmutableArray<LinkSpec> Links { get; init; } = [];

    /// <summary>Limits set beside <c>deploy</c>, by key, to be compared with those within.</summary>
    public ResourceLimits DeployLimits { get; init; } = ResourceLimits.None;

    public ServiceDraft With(Func<ContainerSpec, ContainerSpec> change) =>
        this with { Spec = Spec with { Container = change(Spec.Container) } };

    public ServiceDraft WithLimits(Func<ResourceLimits, ResourceLimits> change) =>
        With(container => container with { Limits = change(container.Limits) });
}
