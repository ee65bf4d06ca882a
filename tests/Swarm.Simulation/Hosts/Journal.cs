using Swarm.Simulation.Time;

namespace Swarm.Simulation.Hosts;

/// <summary>How a write to the journal ended, as its writer sees it.</summary>
internal enum WriteEnd
{
    Kept,

    /// <summary>Another incarnation has written the number first.</summary>
    Refused,

    /// <summary>It was not reached, or its answer was not: whether it took the events is not known.</summary>
    Failed,
}

/// <summary>What an entity starts from.</summary>
internal sealed record Recovery(byte[]? Snapshot, long SnapshotSequence, IReadOnlyList<object> Events);

/// <summary>The database: it takes one event for each number of an entity, several at once or none.</summary>
internal sealed class Journal(Stage stage)
{
    private readonly Dictionary<string, List<object>> _events = [];
    private readonly Dictionary<string, (byte[] Bytes, long Sequence)> _snapshots = [];
    private readonly HashSet<Host> _cutOff = [];

    public bool IsDown { get; set; }

    public void SetCutOff(Host host, bool isCutOff)
    {
        if (isCutOff) _cutOff.Add(host);
        else _cutOff.Remove(host);
    }

    public IReadOnlyList<object> EventsOf(string entity) => _events.GetValueOrDefault(entity, []);

    /// <param name="after">The number of the last event that the writer knows.</param>
    public void Write(
        Host from, Life writer, string entity, long after, IReadOnlyList<object> events, Action<WriteEnd> done) =>
        writer.After(Latency(), () =>
        {
            if (IsDown || _cutOff.Contains(from) || stage.Draws.Once(stage.Weather.JournalFailure))
            {
                stage.Tally.Count("fault: journal write failed");
                writer.After(stage.Draws.Seconds(0.1, 3), () => done(WriteEnd.Failed));
                return;
            }

            var kept = Of(entity);
            if (kept.Count != after)
            {
                stage.Tally.Count("seen: stale write refused by the journal");
                stage.Trace.Say($"journal: {entity} of {from} refused after {after}, has {kept.Count}");
                writer.After(stage.Draws.Milliseconds(0.2, 3), () => done(WriteEnd.Refused));
                return;
            }

            kept.AddRange(events);
            stage.Rules.Committed(entity, events);
            if (stage.Draws.Once(stage.Weather.JournalAnswerLoss))
            {
                stage.Tally.Count("fault: journal answer lost");
                writer.After(stage.Draws.Seconds(0.1, 3), () => done(WriteEnd.Failed));
                return;
            }

            writer.After(Latency(), () => done(WriteEnd.Kept));
        });

    /// <summary>Null where the database is not reached.</summary>
    public void Read(Host from, Life reader, string entity, Action<Recovery?> done) => reader.After(Latency(), () =>
    {
        if (IsDown || _cutOff.Contains(from))
        {
            reader.After(stage.Draws.Seconds(0.1, 2), () => done(null));
            return;
        }

        var events = Of(entity);
        var (bytes, sequence) = _snapshots.GetValueOrDefault(entity);
        var found = new Recovery(bytes, sequence, [.. events.Skip((int)sequence)]);
        reader.After(Latency(), () => done(found));
    });

    public void SaveSnapshot(Host from, Life writer, string entity, long sequence, byte[] bytes, Action<bool> done) =>
        writer.After(Latency(), () =>
        {
            var taken = !IsDown && !_cutOff.Contains(from) && !stage.Draws.Once(stage.Weather.JournalFailure);
            if (taken && !(_snapshots.GetValueOrDefault(entity).Sequence > sequence))
                _snapshots[entity] = (bytes, sequence);
            writer.After(Latency(), () => done(taken));
        });

    private List<object> Of(string entity) =>
        _events.TryGetValue(entity, out var events) ? events : _events[entity] = [];

    private TimeSpan Latency()
    {
        if (!stage.Draws.Once(stage.Weather.JournalDelay)) return stage.Draws.Milliseconds(0.3, 6);
        stage.Tally.Count("fault: journal slow");
        return stage.Draws.Seconds(0.05, 2);
    }
}
