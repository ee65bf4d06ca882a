using System.Collections.Immutable;
using System.Globalization;
using Swarm.Runtime;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>A log of so many entries; the tail is not looked at.</summary>
internal sealed class FakeLog(ImmutableArray<LogEntry> entries) : IContainerLog
{
    public Task<LogPage> ReadAsync(string? position, int? tail, int maxBytes, CancellationToken cancellation)
    {
        var from = position is null ? 0 : int.Parse(position, CultureInfo.InvariantCulture);
        var (taken, bytes) = (0, 0);
        while (from + taken < entries.Length && (taken == 0 || bytes + entries[from + taken].Text.Length <= maxBytes))
            bytes += entries[from + taken++].Text.Length;
        return Task.FromResult(
            new LogPage([.. entries.Skip(from).Take(taken)], $"{from + taken}", from + taken < entries.Length));
    }

    public void Dispose()
    {
    }
}
