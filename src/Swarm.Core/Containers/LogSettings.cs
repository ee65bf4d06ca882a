using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Containers;

/// <summary>Where what a container prints goes.</summary>
/// <param name="Driver">In Docker's words: <c>json-file</c>, <c>local</c>, <c>journald</c> or <c>none</c>.</param>
public sealed record LogSettings([property: Key(0)] string Driver)
{
    /// <summary>Size at which a new file begins; zero: as the node says.</summary>
    [Key(1)] public Bytes MaxBytes { get; init; }

    /// <summary>How many files are kept; 0: as the node says.</summary>
    [Key(2)] public int Files { get; init; }

    /// <summary>Said of each line to those who ask for it: which labels, which variables, a tag.</summary>
    [Key(3)]
    public ImmutableSortedDictionary<string, string> Details { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>What the journal of the host is told beside each line; empty: the short id.</summary>
    [Key(4)] public string Tag { get; init; } = "";
}
