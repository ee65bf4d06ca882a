using Swarm.Core.Images;

namespace Swarm.Images.Tests.Collecting;

/// <summary>What an actor is about, and what of the catalog it may change by that.</summary>
internal sealed record Deed(string Kind)
{
    public static Deed None { get; } = new("nothing");

    /// <summary>Names that it may set, each to this image; null for one that it makes.</summary>
    public IReadOnlyDictionary<string, Digest?> Sets { get; init; } = new Dictionary<string, Digest?>();

    /// <summary>Images that come by it outlive the process from the moment in which they are seen.</summary>
    public bool Keeps => Kind is not ("build" or "nothing");

    /// <summary>Images and names may go.</summary>
    public bool Removes { get; init; }

    /// <summary>Also those below containers that do not run.</summary>
    public bool IsForced { get; init; }

    /// <summary>Also those that images were built from.</summary>
    public bool TakesParents { get; init; }

    /// <summary>It was asked for by name or id by somebody who means this image.</summary>
    public bool IsOnPurpose { get; init; }

    /// <summary>Names that may go; null for any.</summary>
    public Func<string, bool>? Takes { get; init; }

    public override string ToString() => Kind;
}
