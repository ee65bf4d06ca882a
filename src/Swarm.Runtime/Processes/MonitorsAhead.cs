using System.Collections.Concurrent;
using Swarm.Core;
using Swarm.Runtime.Logs;
using Swarm.Runtime.Records;

namespace Swarm.Runtime.Processes;

/// <summary>Loads the conmon of a container that was just defined, which mostly is started at once: loading takes
/// longer than the client takes to ask for the start.</summary>
/// <param name="kept">How long one waits to be taken.</param>
/// <param name="begin">Begins work that nobody waits for, and that is cancelled when the engine closes.</param>
internal sealed class MonitorsAhead(
    ContainerMonitor monitor, TimeSpan kept, Action<Func<CancellationToken, Task>> begin, TimeProvider time)
    : IDisposable
{
    private readonly ConcurrentDictionary<ContainerId, Ahead> _ahead = new();

    /// <summary>Begins to load one, unless that cannot be: then the start says why.</summary>
    public void Prepare(ContainerRecord record, LogFolder log)
    {
        var ahead = new Ahead(record.Definition);
        if (!_ahead.TryAdd(record.Id, ahead)) return;
        begin(async closing =>
        {
            try
            {
                ahead.Load(() => monitor.Prepare(record, log));
                await Task.Delay(kept, time, closing);
            }
            catch (Exception refused) when (
                refused is IOException or UnauthorizedAccessException or ContainerException)
            {
                // The start tries it again, and says why.
            }
            finally
            {
                End(record.Id, ahead);
            }
        });
    }

    /// <returns>The one that was loaded for what is to be made now; null where there is none.</returns>
    public PreparedMonitor? Take(ContainerDefinition definition)
    {
        if (!_ahead.TryRemove(definition.Id, out var ahead)) return null;
        var prepared = ahead.Take();
        if (ahead.Definition == definition && prepared is { IsAlive: true }) return prepared;
        prepared?.Dispose(); // the container was changed or renamed meanwhile, or it was killed
        return null;
    }

    /// <summary>Ends the one there may be.</summary>
    public void Drop(ContainerId id)
    {
        if (_ahead.TryGetValue(id, out var ahead)) End(id, ahead);
    }

    public void Dispose()
    {
        foreach (var id in _ahead.Keys) Drop(id);
    }

    /// <remarks>It is known until it has ended: whoever comes meanwhile waits for that.</remarks>
    private void End(ContainerId id, Ahead ahead)
    {
        ahead.End();
        _ahead.TryRemove(KeyValuePair.Create(id, ahead));
    }

    /// <summary>Taken once: by a start, by a removal, or by the time that is over.</summary>
    private sealed class Ahead(ContainerDefinition definition)
    {
        private readonly Lock _lock = new();
        private PreparedMonitor? _prepared;
        private bool _isTaken;

        public ContainerDefinition Definition => definition;

        /// <summary>Whoever takes it waits until it has been started.</summary>
        public void Load(Func<PreparedMonitor> prepare)
        {
            lock (_lock)
            {
                if (!_isTaken) _prepared = prepare();
            }
        }

        public PreparedMonitor? Take()
        {
            lock (_lock)
            {
                _isTaken = true;
                var prepared = _prepared;
                _prepared = null;
                return prepared;
            }
        }

        public void End()
        {
            lock (_lock) Take()?.Dispose();
        }
    }
}
