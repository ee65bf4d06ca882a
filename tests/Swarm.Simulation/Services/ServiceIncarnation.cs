using Swarm.Cluster.Hosting;
using Swarm.Cluster.Services;
using Swarm.Core;
using Swarm.Core.Placement;
using Swarm.Core.Services;
using Swarm.Simulation.Hosts;
using Swarm.Simulation.Time;

namespace Swarm.Simulation.Services;

/// <summary>One incarnation of a service's entity, driving the rules as <see cref="ServiceEntity"/> does.</summary>
/// <remarks>It takes one message at a time; those that come while the journal is asked wait.</remarks>
internal sealed partial class ServiceIncarnation
{
    private const int SnapshotEvery = 20;
    private const int MostWaiting = 1000;

    private readonly ServiceEntityOptions _options = new();
    private readonly Stage _stage;
    private readonly HostProcess _process;
    private readonly Life _life;
    private readonly OrderBook _orders = new();
    private readonly SnapshotSchedule _snapshots = new(SnapshotEvery);
    private readonly Queue<(object Message, Action<object> Answer)> _waiting = [];
    private readonly Alarm _wake;
    private readonly Alarm _resend;
    private readonly Alarm _forget;
    private ServiceState _state;
    private PlaceTasks? _placement;
    private DateTimeOffset _decidedAt;
    private long _sequence;
    private bool _isBusy = true;

    public ServiceIncarnation(Stage stage, HostProcess process, ServiceName name)
    {
        (_stage, _process, Name) = (stage, process, name);
        _life = process.Life.Begin();
        (_wake, _resend, _forget) = (new Alarm(_life), new Alarm(_life), new Alarm(_life));
        _state = ServiceState.Empty(name);
        stage.Journal.Read(process.Host, _life, Key, Recover);
    }

    public ServiceName Name { get; }

    /// <summary>Nothing that it asked for is unanswered.</summary>
    public bool IsAtRest => !_isBusy && !_resend.IsSet && _waiting.Count == 0;

    private string Key => HostProcess.KeyOf(Name);

    private bool IsEmpty => ServiceRules.Describe(_state) is null && ServiceRules.NodesOf(_state).IsEmpty;

    public void End() => _life.End();

    public void Receive(object message, Action<object> answer)
    {
        if (_life.IsOver || _waiting.Count >= MostWaiting) return;
        _waiting.Enqueue((message, answer));
        TakeWaiting();
    }

    private void Recover(Recovery? found)
    {
        if (found is null)
        {
            Fail();
            return;
        }

        if (found.Snapshot is { } snapshot)
        {
            _stage.Tally.Count("seen: recovery from a snapshot");
            _state = Written.Read(snapshot);
            _snapshots.Recovered(found.SnapshotSequence);
        }

        _sequence = found.SnapshotSequence + found.Events.Count;
        foreach (var happened in found.Events) _state = ServiceRules.Apply(_state, (ServiceEvent)happened);
        _stage.Rules.Recovered(Name, _state, _sequence);
        _isBusy = false;
        Take(new ServiceInput.CameUp(), () => { });
        _process.TellAll(this);
        TakeWaiting();
    }

    private void TakeWaiting()
    {
        while (!_isBusy && !_life.IsOver && _waiting.TryDequeue(out var next)) Take(next.Message, next.Answer);
    }

    private void Take(object message, Action<object> answer)
    {
        switch (message)
        {
            case DeployService deploy:
                var id = new ServiceId($"{Name.Value[0]}{_stage.Timeline.Steps}");
                Ask(new ServiceInput.Deploy(deploy, id), deploy.Request, answer);
                break;
            case ScaleService scale: Ask(new ServiceInput.Scale(scale), scale.Request, answer); break;
            case RemoveService remove: Ask(new ServiceInput.Remove(remove), remove.Request, answer); break;
            case RollbackService back: Ask(new ServiceInput.RollBack(back), back.Request, answer); break;
            case MoveTask move: Ask(new ServiceInput.Move(move), move.Request, answer); break;
            case GetService:
                answer((object?)ServiceRules.Describe(_state) ?? new RequestRefused("there is none"));
                break;
            case PlacementsMade made: Take(new ServiceInput.Placed(made), () => { }); break;
            case ReportTasks report: Take(report, answer); break;
            case NodeSeen seen: Take(new ServiceInput.NodeSeen(seen), () => { }); break;
            case TasksApplied applied when applied.Sequence > _sequence:
                _stage.Tally.Count("seen: incarnation learnt that it was outrun");
                Take(new ServiceInput.Outrun(), () => { });
                break;
            case TasksApplied applied: _orders.Keep(applied); break;
            case CapacityFreed: AskEarly(); break;
            case Wake: Take(new ServiceInput.Woke(), () => { }); break;
            default: throw new InvalidOperationException($"a service takes no {message.GetType().Name}");
        }
    }

    private void Ask(ServiceInput input, RequestId request, Action<object> answer)
    {
        var decision = Decide(input);
        if (decision.Refusal is { } reason) answer(new RequestRefused(reason) { NotFound = decision.NotFound });
        Keep(
            decision,
            kept: () =>
            {
                if (decision.Refusal is not null) return;
                _stage.Rules.Acknowledged(Name, request);
                answer(new ServiceAccepted(request, Name, _state.Version, decision.Changed));
            },
            notKept: () => answer(new RequestRefused("the journal did not take it")));
    }

    private void Take(ReportTasks report, Action<object> answer) => Keep(
        Decide(new ServiceInput.Reported(report)),
        kept: () => answer(new TasksReportKept(
            Name, report.Node, report.Report, ServiceRules.UnknownTasks(_state, report), _sequence)),
        notKept: () => { });

    private void Take(ServiceInput input, Action kept) => Keep(Decide(input), kept, notKept: () => { });

    private ServiceDecision Decide(ServiceInput input)
    {
        _decidedAt = _process.Now;
        return ServiceRules.Decide(_state, input, _decidedAt);
    }

    private void Keep(ServiceDecision decision, Action kept, Action notKept)
    {
        if (decision.Events.IsEmpty)
        {
            Kept(kept);
            return;
        }

        _isBusy = true;
        _stage.Journal.Write(_process.Host, _life, Key, _sequence, [.. decision.Events], end =>
        {
            if (end != WriteEnd.Kept)
            {
                notKept();
                Fail();
                return;
            }

            foreach (var happened in decision.Events) _state = ServiceRules.Apply(_state, happened);
            _sequence += decision.Events.Length;
            _stage.Rules.Applied(Name, _state, _sequence);
            _isBusy = false;
            Kept(kept);
            TakeWaiting();
        });
    }

    private void Fail()
    {
        _stage.Trace.Say($"{_process.Host}: {Key} fails");
        _life.End();
        _process.Failed(this);
    }

    private sealed record Wake;
}
