namespace Swarm.Core.Services;

/// <summary>The tasks of one slot, sorted by what can still be expected of them.</summary>
internal sealed class SlotTasks
{
    private static readonly SlotTasks None = new();

    /// <summary>Made from the specification in force, and to run.</summary>
    public List<ServiceTask> Current { get; } = [];

    /// <summary>Made from another specification, and to run as long as nothing has taken their place.</summary>
    public List<ServiceTask> Outdated { get; } = [];

    /// <summary>A task that was asked to stop has not yet stopped.</summary>
    public bool Stopping { get; private set; }

    /// <summary>Of no use but as history, the oldest first.</summary>
    public List<ServiceTask> Past { get; } = [];

    public bool HasLive => Current.Count + Outdated.Count > 0;

    public static Dictionary<int, SlotTasks> Of(ServiceState state)
    {
        var slots = new Dictionary<int, SlotTasks>(state.Slots.Count);
        foreach (var (_, task) in state.Tasks)
        {
            if (!slots.TryGetValue(task.Slot, out var slot)) slots[task.Slot] = slot = new SlotTasks();
            slot.Add(task, state);
        }

        return slots;
    }

    public static SlotTasks In(Dictionary<int, SlotTasks> slots, int slot) => slots.GetValueOrDefault(slot, None);

    private void Add(ServiceTask task, ServiceState state)
    {
        if (task.IsLive()) (task.SpecVersion == state.Version ? Current : Outdated).Add(task);
        else if (task.IsStopping(state)) Stopping = true;
        else if (task.Desired == TaskState.Shutdown) Past.Add(task);
    }
}
