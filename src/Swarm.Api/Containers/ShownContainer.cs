using System.Collections.Immutable;
using Swarm.Api.Http;
using Swarm.Cluster.Nodes;
using Swarm.Core.Containers;
using Swarm.Images;
using Swarm.Runtime;
using Swarm.Runtime.Files;
using Swarm.Runtime.Health;
using Swarm.Runtime.Networks;

namespace Swarm.Api.Containers;

/// <summary>A container as it is shown: what the engine sees, and what the node knows where it belongs to no
/// service.</summary>
/// <param name="Own">Null for a task's.</param>
internal sealed record ShownContainer(ContainerState State, StandaloneContainer? Own)
{
    /// <summary>Null where its image is gone, or was not looked up.</summary>
    public StoredImage? Image { get; init; }

    /// <summary>The name it was made by, while that still means its image; else the image's id. Null where that was
    /// not looked up.</summary>
    public string? ImageName { get; init; }

    /// <summary>The networks of this host.</summary>
    public ImmutableArray<NetworkDefinition> Networks { get; init; } = [];

    /// <summary>Where its files are; null where that was not looked up.</summary>
    public ContainerPlaces? Places { get; init; }

    /// <summary>What it is linked to, as <c>/db:/web/alias</c>.</summary>
    public ImmutableArray<string> Links { get; init; } = [];

    /// <summary>What others that are linked to it call it, as <c>web/alias</c>.</summary>
    public ImmutableArray<string> LinkNames { get; init; } = [];

    /// <summary>All that it is called, by the letters.</summary>
    public IEnumerable<string> Names => LinkNames.Append(State.Definition.Name).Order(StringComparer.Ordinal);

    /// <summary>As it was asked for; of a task's, what Docker would have been asked for the same.</summary>
    /// <remarks>Read when it is asked for: who lists containers does not need it.</remarks>
    public JsonFields Asked => field ??= Own is { Settings.Asked.Length: > 0 }
        ? JsonFields.Parse(System.Text.Encoding.UTF8.GetBytes(Own.Settings.Asked))
        : SpecWords.Of(State.Definition.Spec);

    /// <summary>It has ended, and begins again.</summary>
    public bool IsRestarting => Own is { Status: ContainerStatus.BackingOff }
        || (Own is { Status: ContainerStatus.Starting } && State.Phase == ContainerPhase.Ended);

    public bool IsRemoving => Own is { Status: ContainerStatus.Removing };

    /// <summary>Null where nobody has probed it.</summary>
    public SeenHealth? Seen { get; init; }

    public ContainerHealth Health => Seen?.Health ?? ContainerHealth.Unproven;
}
