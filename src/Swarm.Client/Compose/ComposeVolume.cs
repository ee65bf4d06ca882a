using System.Collections.Immutable;

namespace Swarm.Client.Compose;

/// <summary>A volume that the file declares.</summary>
/// <param name="Name">What it is called on the nodes; null: with the stack in front.</param>
internal sealed record ComposeVolume(string? Name)
{
    /// <summary>It is not of the stack: its name is as it stands.</summary>
    public bool IsExternal { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Of the driver: <c>type</c>, <c>device</c>, <c>o</c>.</summary>
    public ImmutableSortedDictionary<string, string> Options { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;
}
