using System.Collections.Immutable;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>A node that runs a task only by a lease, as NodeServiceActor does.</summary>
internal sealed class LeaseWorldNode(NodeId id, LeaseWorld world)
{
    private readonly Dictionary<TaskId, Held> _tasks = [];
    private NodeLease _lease = new();
    private TimeSpan _asked;
    private bool _hadLease;
    private TimeSpan _awayUntil;
    private long _life;
    private long _sequence;
    private long _report;

    public NodeId Id => id;

    public bool IsCut { get; set; }

    private bool MayStart => !_lease.IsInherited && _lease.Sequence <= _sequence;

    private bool IsAway => world.Time < _awayUntil;

    /// <summary>A container runs until it is dead, also while it is being killed.</summary>
    public IEnumerable<int> RunningSlots => _tasks.Values
        .Where(task => task.State == TaskState.Running || task.DeadAt > world.Time).Select(task => task.Slot);

    public void Take(ApplyServiceTasks order)
    {
        if (IsAway || order.Sequence < _sequence) return;
        _sequence = order.Sequence;
        foreach (var wanted in order.Tasks)
        {
            var held = _tasks.GetValueOrDefault(wanted.Task)
                ?? new Held(wanted.Slot, TaskState.Accepted, wanted.Desired, default);
            _tasks[wanted.Task] = held with { Desired = held.Desired > wanted.Desired ? held.Desired : wanted.Desired };
        }

        var listed = order.Tasks.Select(task => task.Task).ToHashSet();
        foreach (var (task, held) in _tasks.Where(task => !listed.Contains(task.Key)).ToList())
            _tasks[task] = held with { Desired = TaskState.Remove };
    }

    public void TakeLease(long life, LeaseRenewed answer)
    {
        if (life == _life) _lease = _lease.Renew(answer, world.Time);
    }

    /// <summary>swarmd is killed, and started again after a while: its containers go on by the lease that it left, and
    /// are killed when that has run out, also while it is not there.</summary>
    public void Restart()
    {
        _lease = _lease.IsHeld(world.Time) ? NodeLease.Inherit(_lease.Until!.Value) : new NodeLease();
        (_life, _awayUntil) = (_life + 1, world.Time + world.Delay(20));
    }

    /// <summary>The host dies, and all that runs on it.</summary>
    public void Crash()
    {
        (_lease, _hadLease, _life) = (new NodeLease(), false, _life + 1);
        foreach (var (task, held) in _tasks.ToList())
        {
            _tasks[task] = held with { State = held.IsOver ? held.State : TaskState.Failed, DeadAt = default };
        }
    }

    public void Work()
    {
        EndLease();
        if (IsAway) return;
        var held = _lease.IsHeld(world.Time);
        _hadLease = held;
        if (_tasks.Values.Any(task => !task.IsOver) && world.Time - _asked >= Lease.RenewEvery)
        {
            _asked = world.Time;
            _lease = _lease.Ask(world.Time);
            var (life, round) = (_life, _lease.Round);
            world.Send(this, () => world.Renew(this, life, round));
        }

        foreach (var (task, now) in _tasks.ToList()) _tasks[task] = Next(now, held && MayStart);
        Report();
    }

    /// <summary>The lease has run out: what was begun by it is killed, which takes a moment.</summary>
    private void EndLease()
    {
        if (!_hadLease || _lease.IsHeld(world.Time)) return;
        _lease = _lease.Lose();
        foreach (var (task, now) in _tasks.Where(task => !task.Value.IsOver).ToList())
        {
            var dead = now.State == TaskState.Running ? world.Time + world.Delay(1.5) : default;
            _tasks[task] = now with { State = TaskState.Failed, DeadAt = dead };
        }
    }

    private Held Next(Held task, bool mayRun) => (task.State, task.Desired) switch
    {
        _ when task.IsOver => task,
        (_, > TaskState.Running) => world.Draws(6) ? task with { State = TaskState.Shutdown } : task,
        (TaskState.Accepted, _) => mayRun ? task with { State = TaskState.Ready } : task,
        (TaskState.Ready, TaskState.Running) => world.Draws(3) ? task with { State = TaskState.Running } : task,
        (TaskState.Running, _) => world.Draws(200) ? task with { State = TaskState.Failed } : task,
        _ => task,
    };

    private void Report()
    {
        ImmutableArray<TaskReport> tasks =
        [
            .. _tasks.Where(task => task.Value.DeadAt <= world.Time).Select(task => new TaskReport(
                task.Key,
                task.Value is { IsOver: true, Desired: TaskState.Remove } ? TaskState.Remove : task.Value.State,
                "", Specs.Noon + world.Time, null)),
        ];
        var report = new ReportTasks(Specs.Web, id, ++_report, tasks);
        world.Send(this, () => world.Tell(new ServiceInput.Reported(report)));
    }

    private sealed record Held(int Slot, TaskState State, TaskState Desired, TimeSpan DeadAt)
    {
        public bool IsOver => State >= TaskState.Complete;
    }
}
