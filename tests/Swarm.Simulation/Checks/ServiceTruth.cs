using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Simulation.Services;
using Swarm.Simulation.Telling;

namespace Swarm.Simulation.Checks;

/// <summary>A service as its journal alone tells it, at each of its numbers.</summary>
internal sealed class ServiceTruth(ServiceName name)
{
    private readonly List<ServiceState> _history = [ServiceState.Empty(name)];
    private readonly HashSet<RequestId> _requests = [];
    private readonly Dictionary<(ServiceId, int Slot), int> _abandoned = [];

    public ServiceName Name => name;

    public ServiceState Now => _history[^1];

    public long Sequence => _history.Count - 1;

    public ServiceState At(long sequence) => sequence < _history.Count
        ? _history[(int)sequence]
        : throw new BrokenRuleException($"{name}: number {sequence} was used before the journal had it");

    /// <summary>Tasks of the slot that were given up while they may still have been at work.</summary>
    public int AbandonedIn(ServiceId id, int slot) => _abandoned.GetValueOrDefault((id, slot));

    public bool Has(RequestId request) => _requests.Contains(request);

    public void Take(ServiceEvent happened)
    {
        var before = Now;
        Note(before, happened);
        var after = ServiceRules.Apply(before, happened);
        _history.Add(after);
        if (before.Id != after.Id) return;

        foreach (var (number, task) in before.Tasks)
        {
            if (!after.Tasks.TryGetValue(number, out var next)) continue;
            if (next.State < task.State || next.Desired < task.Desired)
                throw new BrokenRuleException($"{name}: task {number} went backward by {happened}");
        }

        if (before.Version == after.Version && before.Slots.Any(slot => IsUndone(slot, after)))
            throw new BrokenRuleException($"{name}: a slot that had completed has not any more by {happened}");

        if (after.LastTask < before.LastTask)
            throw new BrokenRuleException($"{name}: numbers of tasks went backward by {happened}");
    }

    /// <summary>What an incarnation holds is what the journal gives.</summary>
    public void Compare(ServiceState live, long sequence, string when)
    {
        if (!Written.Bytes(live).AsSpan().SequenceEqual(Written.Bytes(At(sequence))))
            throw new BrokenRuleException($"{name}: {when} it holds other than its journal gives at {sequence}");
    }

    private static bool IsUndone(KeyValuePair<int, Slot> slot, ServiceState after) =>
        slot.Value.End == SlotEnd.Completed
        && after.Slots.TryGetValue(slot.Key, out var next) && next.End != SlotEnd.Completed;

    private void Note(ServiceState before, ServiceEvent happened)
    {
        switch (happened)
        {
            case ServiceEvent.SpecAccepted accepted: _requests.Add(accepted.Request); break;
            case ServiceEvent.Scaled scaled: _requests.Add(scaled.Request); break;
            case ServiceEvent.RemovalAsked asked: _requests.Add(asked.Request); break;
            case ServiceEvent.RequestKept kept: _requests.Add(kept.Request); break;
            case ServiceEvent.RollbackBegun { Request: { } request }: _requests.Add(request); break;
            case ServiceEvent.TaskMoveAsked asked: _requests.Add(asked.Request); break;
            case ServiceEvent.TasksDesired { Desired: >= TaskState.Shutdown } desired:
                Abandon(before, desired.Tasks.Select(number => before.Tasks.GetValueOrDefault(number)));
                break;
            case ServiceEvent.PlacementsKept kept:
                // A placer that has not yet heard of it may choose a lost node; the service goes on without it.
                Abandon(before, kept.Placed.Where(place => before.IsLost(place.Node))
                    .Select(place => before.Find(place.Task)));
                break;
            case ServiceEvent.NodeLost lost:
                Abandon(before, before.Tasks.Values.Where(task => task.Node == lost.Node));
                break;
            default: break;
        }
    }

    private void Abandon(ServiceState before, IEnumerable<ServiceTask?> tasks)
    {
        foreach (var task in tasks)
        {
            if (task is null || !task.IsLive()) continue;
            var key = (before.Id!.Value, task.Slot);
            _abandoned[key] = _abandoned.GetValueOrDefault(key) + 1;
        }
    }
}
