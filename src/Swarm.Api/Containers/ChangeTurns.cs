using Swarm.Core;

namespace Swarm.Api.Containers;

/// <summary>Who changes a part of what is asked of a container has read all of it before: so of each container one does
/// that at a time.</summary>
internal sealed class ChangeTurns
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ContainerId, Line> _lines = [];

    /// <summary>Waits for one's turn.</summary>
    /// <returns>Ends it.</returns>
    public async Task<IDisposable> TakeAsync(ContainerId container, CancellationToken cancellation)
    {
        var line = Join(container);
        try
        {
            await line.Turn.WaitAsync(cancellation);
        }
        catch
        {
            Leave(container, line);
            throw;
        }

        return new Turn(this, container, line);
    }

    private Line Join(ContainerId container)
    {
        lock (_lock)
        {
            if (!_lines.TryGetValue(container, out var line)) _lines[container] = line = new Line();
            line.Length++;
            return line;
        }
    }

    private void Leave(ContainerId container, Line line)
    {
        lock (_lock)
        {
            if (--line.Length > 0) return;
            _lines.Remove(container);
        }

        line.Dispose();
    }

    /// <summary>Those who wait for one container, and who is at it.</summary>
    private sealed class Line : IDisposable
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        public int Length { get; set; }

        public void Dispose() => Turn.Dispose();
    }

    private sealed class Turn(ChangeTurns turns, ContainerId container, Line line) : IDisposable
    {
        public void Dispose()
        {
            line.Turn.Release();
            turns.Leave(container, line);
        }
    }
}
