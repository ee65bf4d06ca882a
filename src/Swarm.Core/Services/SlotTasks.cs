namespace Swarm.Core.Services;

/// <summary>The tasks of one slot, sorted by what can still be expected of them.</summary>
internal sealed class SlotTasks
{
    private static readonly SlotTasks None = new();

    /// <summary>Made from the specification in force, to run, and where it may stay.</summary>
    public List<ServiceTask> Current { get; } = [];

    /// <summary>To run as long as nothing has taken their place: made from another specification, on a node that is
    /// drained, or asked to move.</summary>
    public List<ServiceTask> Old { get; } = [];

    /// <summary>Of a node that was lost and is back: it is not known yet whether they still run.</summary>
    public List<ServiceTask> Returning { get; } = [];

    /// <summary>Of a lost node: should it come back, they may go on.</summary>
    public List<ServiceTask> Away { get; } = [];

    /// <summary>A task that was asked to stop has not yet stopped, or one that is away may still run and must
    /// not beside another.</summary>
    public bool Stopping { get; private set; }

    /// <summary>Of no use but as history, the oldest first.</summary>
    public List<ServiceTask> Past { get; } = [];

    public bool HasLive => Current.Count + Old.Count + Returning.Count > 0;

    public static Dictionary<int, SlotTasks> Of(ServiceState state, LeaseHolds holds, DateTimeOffset now)
    {
        var slots = new Dictionary<int, SlotTasks>(state.Slots.Count);
        foreach (var (_, task) in state.Tasks)
        {
            if (!slots.TryGetValue(task.Slot, out var slot)) slots[task.Slot] = slot = new SlotTasks();
            slot.Add(task, state, holds, now);
        }

        return slots;
    }

    public static SlotTasks In(Dictionary<int, SlotTasks> slots, int slot) => slots.GetValueOrDefault(slot, None);

    private void Add(ServiceTask task, ServiceState state, LeaseHolds holds, DateTimeOffset now)
    {
        if (LeaseRules.HeldUntil(state, task, holds) > now) Stopping = true;
        if (task.IsLive()) ListFor(task, state).Add(task);
        else if (task.IsStopping(state)) Stopping = true;
        else if (task.Desired == TaskState.Shutdown) Past.Add(task);
    }

    private List<ServiceTask> ListFor(ServiceTask task, ServiceState state) =>
        state.IsLost(task.Node) ? Away
        : task.Unseen ? Returning
        : !task.IsUpToDate(state) || task.IsLeaving(state) ? Old
        : Current;
}
