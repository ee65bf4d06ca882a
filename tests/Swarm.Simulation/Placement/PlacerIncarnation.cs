using Swarm.Core;
using Swarm.Core.Placement;
using Swarm.Simulation.Hosts;
using Swarm.Simulation.Time;

namespace Swarm.Simulation.Placement;

/// <summary>The placer of the pool, as long as it lives on one host: all that it knows is in its memory.</summary>
internal sealed class PlacerIncarnation
{
    private static readonly TimeSpan ReportsTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan KeptWhenRemoved = TimeSpan.FromSeconds(60);

    private readonly Stage _stage;
    private readonly HostProcess _process;
    private readonly Life _life;
    private readonly Placer _placer = new();
    private readonly HashSet<NodeId> _heard = [];
    private readonly HashSet<NodeId> _awaited = [];
    private readonly Dictionary<ServiceName, (PlaceTasks Request, Action<object> Answer)> _held = [];
    private readonly SortedSet<string> _short = new(StringComparer.Ordinal);
    private readonly Alarm _ask;
    private readonly Alarm _late;
    private bool _isReady;

    public PlacerIncarnation(Stage stage, HostProcess process)
    {
        (_stage, _process) = (stage, process);
        _life = process.Life.Begin();
        (_ask, _late) = (new Alarm(_life), new Alarm(_life));
        foreach (var host in process.View.Members.Where(process.View.IsReachable)) _awaited.Add(host.Id);
        Ask();
        _late.Set(ReportsTimeout, BeginLate);
        stage.Tally.Count("seen: placer came up without memory");
    }

    public void End() => _life.End();

    public void Receive(object message, Action<object> answer)
    {
        if (_life.IsOver) return;
        switch (message)
        {
            case NodeReport report: Keep(report); break;
            case PlaceTasks request when _isReady: Place(request, answer); break;
            case PlaceTasks request:
                _stage.Tally.Count("seen: placer held a request until nodes reported");
                _held[request.Service] = (request, answer);
                break;
            default: throw new InvalidOperationException($"a placer takes no {message.GetType().Name}");
        }
    }

    public void SetReachable(Host host, bool isReachable, bool isGone)
    {
        if (isGone) Remove(host);
        if (!_heard.Contains(host.Id))
        {
            if (isReachable) _process.ToNode(host.Id, new GetNodeReport(HostProcess.Pool));
            return;
        }

        _placer.SetReachable(host.Id, isReachable);
        if (!isReachable || !_isReady) return;
        _process.ToNode(host.Id, new GetNodeReport(HostProcess.Pool));
        WakeWaiting();
    }

    private void Remove(Host host)
    {
        _awaited.Remove(host.Id);
        if (!_isReady && _awaited.Count == 0) Begin();
        _life.After(KeptWhenRemoved, () =>
        {
            if (_process.View.Members.Contains(host) || !_heard.Remove(host.Id)) return;
            _placer.Remove(host.Id);
            WakeWaiting();
        });
    }

    private void Ask()
    {
        foreach (var node in _awaited.OrderBy(node => node.Value, StringComparer.Ordinal))
            _process.ToNode(node, new GetNodeReport(HostProcess.Pool));
        _ask.Set(AskAgain, Ask);
    }

    private void BeginLate()
    {
        _stage.Tally.Count("seen: placer began without all reports");
        Begin();
    }

    private void Keep(NodeReport report)
    {
        if (_placer.Keep(report) is not { } news)
        {
            _stage.Tally.Count("seen: old report of a node ignored");
            return;
        }

        var node = report.Node.Id;
        _heard.Add(node);
        _awaited.Remove(node);
        // A report that was on its way when the link was cut.
        if (!_process.View.IsReachable(_stage.HostOf(node))) _placer.SetReachable(node, false);
        if (!_isReady && _awaited.Count == 0) Begin();
        else if (_isReady && news.HasFlag(ReportNews.MoreRoom)) WakeWaiting();
    }

    private void Begin()
    {
        _isReady = true;
        _awaited.Clear();
        _ask.Cancel();
        _late.Cancel();
        foreach (var (request, answer) in _held.Values.ToList()) Place(request, answer);
        _held.Clear();
    }

    private void Place(PlaceTasks request, Action<object> answer)
    {
        var made = _placer.Place(request, _process.Now);
        if (made.Unplaced.IsEmpty)
        {
            _short.Remove(request.Service.Value);
        }
        else
        {
            _stage.Tally.Count("seen: no place for a task");
            _stage.Trace.Say($"placer on {_process.Host}: {request.Service}: {made.Reason}");
            _short.Add(request.Service.Value);
        }

        answer(made);
    }

    private void WakeWaiting()
    {
        foreach (var service in _short)
            _process.ToService(new ServiceName(service), new CapacityFreed(new ServiceName(service)));
        _short.Clear();
    }
}
