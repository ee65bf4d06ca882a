using System.Collections.Immutable;
using System.Diagnostics;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime.Nodes;
using Swarm.Simulation.Hosts;
using Swarm.Simulation.Time;

namespace Swarm.Simulation.Nodes;

/// <summary>Follows one service on one node, driving <see cref="NodeServiceState"/> as its actor does.</summary>
/// <remarks>Keep, then acknowledge, start, report.</remarks>
internal sealed class NodeServiceModel
{
    private static readonly TimeSpan TellAllEvery = TimeSpan.FromMinutes(1);

    private readonly Stage _stage;
    private readonly HostProcess _process;
    private readonly KeptService _kept;
    private readonly NodeServiceState _state;
    private readonly NodeOptions _options = new();
    private readonly Life _life;
    private readonly Alarm _save;
    private readonly Alarm _tellAgain;
    private readonly Alarm _fence;
    private readonly Alarm _tellAll;
    private ReportTasks? _report;
    private long _acknowledged;
    private bool _isSaving;
    private bool _mustSave;

    public NodeServiceModel(Stage stage, HostProcess process, KeptService kept)
    {
        (_stage, _process, _kept, _state) = (stage, process, kept, new NodeServiceState(kept));
        _life = process.Life.Begin();
        (_save, _tellAgain) = (new Alarm(_life), new Alarm(_life));
        (_fence, _tellAll) = (new Alarm(_life), new Alarm(_life));
    }

    /// <summary>All is kept, and the service knows all of it.</summary>
    public bool IsAtRest => !_isSaving && _report is null && _state.Tasks.Values.All(task => task.IsKnown);

    private Host Host => _process.Host;

    private bool IsEmpty => _state.Tasks.Count == 0;

    public void Start()
    {
        _tellAll.SetPeriodic(TellAllEvery, TellAll);
        StartContainers();
        if (IsEmpty) EndFenceLater();
        else Save();
    }

    public void CarryOut(CarryOutOrder taken)
    {
        _fence.Cancel();
        _stage.Rules.OrderTaken(Host, taken.Order);
        _state.Take(taken, task => Host.Engine.Find(task) is not null, _process.Now);
        foreach (var task in taken.Rejected)
        {
            _stage.Tally.Count("seen: node rejected a task");
            _stage.Trace.Say($"{Host}: rejected {task.Key}: {task.Value}");
        }

        Save();
    }

    public void AcknowledgeAgain()
    {
        if (_acknowledged > 0)
            _process.ToService(_kept.Name, new TasksApplied(_kept.Name, Host.Id, _acknowledged));
    }

    public void SeeExit(EngineContainer container)
    {
        if (_state.Tasks.TryGetValue(container.Task, out var task) && task.Actor is ContainerDoor door)
            door.Container.SeeExit(container.End!);
    }

    public void Know(TasksReportKept answer)
    {
        _stage.Rules.ReportKept(Host, answer, _state);
        _state.Disown(answer.Unknown, _process.Now);
        var gone = _state.Acknowledge(answer);
        foreach (var task in gone) _process.Node.Forget(task.Kept.Task);
        if (answer.Report == _report?.Report)
        {
            _report = null;
            _tellAgain.Cancel();
        }

        if (gone.Length > 0 || !answer.Unknown.IsEmpty
            || _state.Tasks.Values.Any(task => task is { IsKnown: false, ToldIn: null }))
        {
            SaveLater();
        }
    }

    private void Move(NodeTask task, Container container)
    {
        var before = task.Kept.State;
        NodeServiceState.Move(task, container, _process.Now);
        if (task.Kept.State != before) _process.Node.Note(task.Kept.Task, task.Kept.State);
        if (task.Kept.State == TaskState.Remove && task.Actor is ContainerDoor door)
        {
            door.Container.Stop();
            task.Actor = null;
        }

        if (!task.IsKnown) SaveLater();
    }

    private void Save()
    {
        _mustSave = _isSaving;
        if (_isSaving) return;

        _save.Cancel();
        _report = _state.NextReport(Host.Id);
        var (sequence, report) = (_state.Sequence, _report);
        ImmutableArray<(NodeTask, TaskState)> tasks =
            [.. _state.Tasks.Values.Select(task => (task, task.Kept.Desired))];
        var snapshot = _state.Snapshot();
        _isSaving = true;
        _life.After(_stage.Draws.Milliseconds(0.5, 15), () =>
        {
            if (_stage.Draws.Once(_stage.Weather.DiskFailure))
            {
                _stage.Tally.Count("fault: node could not write its file");
                SaveAgain();
                return;
            }

            Host.Disk[_kept.Name] = snapshot;
            _stage.Rules.OrderKept(Host, _kept.Name, sequence);
            _life.After(_stage.Draws.Milliseconds(0.1, 5), () => Continue(sequence, report, tasks));
        });
    }

    // What is to stop is stopped all the same.
    private void SaveAgain()
    {
        (_isSaving, _mustSave) = (false, false);
        _save.Set(_options.TellAgainAfter, Save);
        foreach (var task in _state.Tasks.Values.Where(task => task is { Ordered: not null }
            && task.Kept.Desired >= TaskState.Shutdown))
        {
            task.Order(task.Kept.Desired);
        }
    }

    private void Continue(long sequence, ReportTasks? report, ImmutableArray<(NodeTask, TaskState)> tasks)
    {
        _isSaving = false;
        foreach (var (task, desired) in tasks) task.Order(desired);
        if (sequence > _acknowledged)
        {
            _acknowledged = sequence;
            AcknowledgeAgain();
        }

        StartContainers();
        if (report is not null) Tell(report);
        if (_mustSave) Save();
        else if (IsEmpty) EndFenceLater();
    }

    private void SaveLater()
    {
        if (_isSaving) _mustSave = true;
        else if (!_save.IsSet) _save.Set(_options.GatherFor, Save);
    }

    private void Tell(ReportTasks report)
    {
        _process.ToService(
            _kept.Name, report, (process, answer) => process.Node.Receive((TasksReportKept)answer));
        _tellAgain.Set(_options.TellAgainAfter, () =>
        {
            if (_report is not { } again) return;
            _stage.Tally.Count("seen: report repeated");
            Tell(again);
        });
    }

    private void TellAll()
    {
        if (IsEmpty || _report is not null) return;
        _state.TellAll();
        SaveLater();
    }

    private void StartContainers()
    {
        foreach (var task in _state.Tasks.Values
            .Where(task => task.Actor is null && !task.IsWithoutContainer).ToList())
        {
            if (task.Ordered is not { } desired) continue;
            var template = _state.TemplateOf(task.Kept)
                ?? throw new UnreachableException($"task {task.Kept.Task} has no template");
            var known = Container.Admitted(task.Kept.Task, template, _options.Restarts) with
            {
                Desired = desired,
                State = task.Kept.State,
                Reason = task.Kept.Reason,
                Observed = task.Kept.Container ?? new ContainerObservation { Id = ContainerId.Of(task.Kept.Task) },
            };
            var wanted = new EngineContainer(
                _kept.Name, task.Kept.Task, task.Kept.Slot, task.Kept.SpecVersion, template.Reservations)
            {
                Work = template.IsJob ? Workload.Completes
                    : template.Container.Image.StartsWith("stubborn", StringComparison.Ordinal) ? Workload.Stubborn
                    : Workload.RunsOn,
            };
            if (Host.Engine.Find(wanted.Task) is { IsRunning: true })
                _stage.Tally.Count("seen: running container adopted");
            task.Actor = Follow(task, known, wanted);
        }
    }

    // As between actors: what the container says is heard after what is under way.
    private ContainerDoor Follow(NodeTask task, Container known, EngineContainer wanted)
    {
        ContainerDoor? door = null;
        var container = new ContainerModel(_process, known, wanted, moved => _life.After(TimeSpan.Zero, () =>
        {
            if (task.Actor == door) Move(task, moved);
        }));
        _life.After(TimeSpan.Zero, container.Start);
        return door = new ContainerDoor(container);
    }

    private void EndFenceLater() => _fence.Set(_options.FenceFor, () =>
    {
        if (!IsEmpty || _isSaving) return;
        Host.Disk.Remove(_kept.Name);
        _process.Node.Forget(_kept.Name);
    });
}
