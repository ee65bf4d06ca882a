using Swarm.Runtime;

namespace Swarm.Api.Tests;

/// <summary>A log of one line, of a container that says no more.</summary>
internal sealed class FakeLog(string line) : IContainerLog
{
    public Task<LogPage> ReadAsync(string? position, int? tail, int maxBytes, CancellationToken cancellation) =>
        Task.FromResult(new LogPage(
            position is null ? [new LogEntry(DateTimeOffset.UnixEpoch, IsError: false, line)] : [], "end",
            More: false));

    public void Dispose()
    {
        // Nothing is open.
    }
}
