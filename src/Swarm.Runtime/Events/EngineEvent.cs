using System.Collections.Immutable;

namespace Swarm.Runtime.Events;

/// <summary>Something that happened to a container or an image of this host.</summary>
/// <param name="Kind"><c>container</c> or <c>image</c>.</param>
/// <param name="Action">In Docker's words: <c>create</c>, <c>start</c>, <c>die</c>, <c>destroy</c>, <c>tag</c>.</param>
/// <param name="Id">Of the container, or the name or id of the image.</param>
/// <param name="Attributes">What is said of it: name and image, its labels, an exit code.</param>
public sealed record EngineEvent(
    DateTimeOffset At, string Kind, string Action, string Id,
    ImmutableSortedDictionary<string, string> Attributes)
{
    /// <summary>The container's image as it was asked for; empty for what is no container.</summary>
    public string From { get; init; } = "";
}
