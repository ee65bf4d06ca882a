using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Services;

/// <summary>What the owner of a service last said of its line in the list of services.</summary>
/// <remarks>Of two, the later is the one with the higher number, whoever wrote it, whatever the clocks say.</remarks>
public sealed record ServiceLine(
    [property: Key(0)] ServiceName Name,
    [property: Key(1)] long Number,
    [property: Key(2)] DateTimeOffset At)
{
    /// <summary>Null of a service that was removed.</summary>
    [Key(3)] public ServiceListing? Listing { get; init; }

    private DateTimeOffset RemovedAt => Listing is null ? At : DateTimeOffset.MaxValue;

    internal bool IsAfter(ServiceLine other) =>
        Number != other.Number ? Number > other.Number
        : At != other.At ? At > other.At
        : Listing is null && other.Listing is not null;

    /// <summary>The order in which lines are forgotten, the last one first; lines that are listed come before all.
    /// </summary>
    internal static int CompareKeeping(ServiceLine one, ServiceLine other)
    {
        var byTime = other.RemovedAt.CompareTo(one.RemovedAt);
        return byTime != 0 ? byTime : string.CompareOrdinal(one.Name.Value, other.Name.Value);
    }
}

/// <summary>A part of the list of services that every node has a copy of.</summary>
/// <remarks>
/// Copies are merged in any order, any number of times, and come to the same: of each service the latest line is
/// kept. A removed service keeps its line, so that an older one which comes late does not list it again; of those
/// only the latest <see cref="MostRemoved"/> are kept.
/// </remarks>
public sealed record ServiceLines
{
    public const int MostRemoved = 128;

    public static ServiceLines None { get; } = new();

    /// <summary>In the order of their names.</summary>
    [Key(0)] public ImmutableArray<ServiceLine> Lines { get; init; } = [];

    public static ServiceLines Of(ServiceLine line) => new() { Lines = [line] };

    public ServiceLines Merge(ServiceLines other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var merged = new Dictionary<ServiceName, ServiceLine>(Lines.Length + other.Lines.Length);
        foreach (var line in Lines.Concat(other.Lines))
        {
            if (!merged.TryGetValue(line.Name, out var known) || line.IsAfter(known)) merged[line.Name] = line;
        }

        var removed = merged.Values.Count(line => line.Listing is null);
        IEnumerable<ServiceLine> kept = removed <= MostRemoved
            ? merged.Values
            : merged.Values.Order(Comparer<ServiceLine>.Create(ServiceLine.CompareKeeping))
                .Take(merged.Count - removed + MostRemoved);
        return new ServiceLines { Lines = [.. kept.OrderBy(line => line.Name.Value, StringComparer.Ordinal)] };
    }

    /// <summary>By their content, for a record compares arrays by reference.</summary>
    public bool Equals(ServiceLines? other) => other is not null && Lines.SequenceEqual(other.Lines);

    /// <inheritdoc/>
    public override int GetHashCode() => Lines.Length == 0 ? 0 : HashCode.Combine(Lines.Length, Lines[^1]);
}
