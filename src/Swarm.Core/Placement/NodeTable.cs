using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Core.Nodes;

namespace Swarm.Core.Placement;

/// <summary>What a placer knows of the nodes of its pool, one array a column.</summary>
/// <remarks>
/// Owned by one actor, so without locks. What was given away to a node is deducted at once, and stays deducted until
/// the node's own report shows the task, or until it is clear that the task never came (<see cref="GivenFor"/>).
/// </remarks>
internal sealed class NodeTable
{
    /// <summary>How long something that was given away, and that no report has shown, stays deducted.</summary>
    public static readonly TimeSpan GivenFor = TimeSpan.FromSeconds(30);

    private readonly Dictionary<NodeId, int> _rows = [];
    private readonly Dictionary<TaskId, int> _givenTo = [];
    private readonly NodeClasses _classes = new();
    private readonly FreeColumns _free = new();
    private NodeReport[] _reports = [];
    private List<Given>[] _given = [];
    private int[] _class = [];
    private bool[] _reachable = [];
    private NodeAvailability[] _availability = [];
    private int[] _tasks = [];
    private int[] _order = [];
    private bool _ordered = true;

    public int Count { get; private set; }

    public FreeColumns FreeColumns => _free;

    public int Classes => _classes.Count;

    public NodeReport Report(int row) => _reports[row];

    public NodeId Id(int row) => _reports[row].Node.Id;

    /// <summary>Of process ids, where the node does not count them, without end.</summary>
    public Resources Free(int row) => _free[row];

    public int Class(int row) => _class[row];

    public bool IsReachable(int row) => _reachable[row];

    public NodeAvailability Availability(int row) => _availability[row];

    public int TaskCount(int row) => _tasks[row];

    public int? Row(NodeId node) => _rows.TryGetValue(node, out var row) ? row : null;

    /// <summary>Where the row stands when all are ordered by the nodes' ids.</summary>
    public int Order(int row)
    {
        if (!_ordered) SetOrder();
        return _order[row];
    }

    /// <summary>The row of the node that a task was given to, while the node's own report does not show it.</summary>
    public int? GivenTo(TaskId task) => _givenTo.TryGetValue(task, out var row) ? row : null;

    /// <summary>Tasks of a service that the node has, or was given.</summary>
    public int TasksOf(ServiceName service, int row)
    {
        var count = ReportNames.Count(_reports[row].Services, service);
        foreach (var given in _given[row])
        {
            if (given.Service == service) count++;
        }

        return count;
    }

    public IEnumerable<PublishedPort> Ports(int row) =>
        _reports[row].HostPorts.Concat(_given[row].SelectMany(given => given.Ports));

    /// <returns>Null for a report older than one that was kept.</returns>
    /// <remarks>Reports of a node arrive in order, so one that counts from the beginning again
    /// is of a node that was restarted.</remarks>
    public ReportNews? Keep(NodeReport report)
    {
        var news = ReportNews.MoreRoom | ReportNews.OtherNodes | ReportNews.Arrived;
        if (!_rows.TryGetValue(report.Node.Id, out var row)) row = Add(report);
        else if (report.Report <= _reports[row].Report && _reachable[row] && report.Report > 1) return null;
        else news = News(row, report);

        Take(row, report);
        _reachable[row] = true;
        var shown = report.Tasks.ToHashSet();
        Drop(row, given => ReportNames.Shows(shown, given.Task));
        return news;
    }

    /// <summary>A member of the cluster that has not reported: it stands for what is known of it, out of
    /// reach.</summary>
    public void KeepUnheard(NodeDescription node, NodeSettings settings)
    {
        if (_rows.ContainsKey(node.Id)) return;
        var known = new NodeReport(node.Pool, node, settings, 0, Resources.None, [], []);
        var row = Add(known);
        Take(row, known);
        _reachable[row] = false;
        Drop(row, _ => false);
    }

    /// <summary>A node in reach again counts as ready; what it says of itself is taken from
    /// its next report, whatever its number.</summary>
    public void SetReachable(NodeId node, bool reachable)
    {
        if (!_rows.TryGetValue(node, out var row)) return;
        if (reachable && !_reachable[row]) _reports[row] = _reports[row] with { Report = 0 };
        _reachable[row] = reachable;
    }

    public void Remove(NodeId node)
    {
        if (!_rows.Remove(node, out var row)) return;
        foreach (var given in _given[row]) _givenTo.Remove(given.Task);

        _ordered = false;
        var last = --Count;
        if (row == last) return;
        (_reports[row], _given[row], _class[row], _reachable[row], _availability[row], _tasks[row]) = (
            _reports[last], _given[last], _class[last], _reachable[last], _availability[last], _tasks[last]);
        _free.Copy(last, row);
        _rows[Id(row)] = row;
        foreach (var given in _given[row]) _givenTo[given.Task] = row;
    }

    public void Give(int row, TaskId task, PlaceTasks request, DateTimeOffset now)
    {
        TakeBack(task);
        _given[row].Add(new Given(task, request.Service, request.Reservations, request.HostPorts, now));
        _givenTo[task] = row;
        _free.Deduct(row, request.Reservations);
        _tasks[row]++;
    }

    public void TakeBack(TaskId task)
    {
        if (_givenTo.TryGetValue(task, out var before)) Drop(before, given => given.Task == task);
    }

    /// <summary>Takes back what was given away so long ago that it will not be used any more.</summary>
    public void Expire(DateTimeOffset now)
    {
        if (_givenTo.Count == 0) return;
        for (var row = 0; row < Count; row++)
        {
            if (_given[row].Count > 0) Drop(row, given => (now - given.At).Duration() >= GivenFor);
        }
    }

    private int Add(NodeReport report)
    {
        var row = Count++;
        if (row == _reports.Length)
        {
            var length = Math.Max(16, row * 2);
            Array.Resize(ref _reports, length);
            Array.Resize(ref _given, length);
            Array.Resize(ref _class, length);
            Array.Resize(ref _reachable, length);
            Array.Resize(ref _availability, length);
            Array.Resize(ref _tasks, length);
            Array.Resize(ref _order, length);
            _free.Resize(length);
        }

        _ordered = false;
        _reports[row] = report;
        _given[row] = [];
        _rows[report.Node.Id] = row;
        return row;
    }

    private ReportNews News(int row, NodeReport now)
    {
        var before = _reports[row];
        var (free, was) = (now.Node.Capacity - now.Reserved, before.Node.Capacity - before.Reserved);
        var hasMore = !_reachable[row] || now.Settings.Version != before.Settings.Version
            || (before.IsDiskFull && !now.IsDiskFull)
            || now.HostPorts.Length < before.HostPorts.Length || now.Tasks.Length < before.Tasks.Length
            || free.Cpu > was.Cpu || free.Memory > was.Memory || free.Pids > was.Pids
            || !now.Services.Keys.SequenceEqual(before.Services.Keys);
        var isActive = now.Settings.Availability == NodeAvailability.Active;
        var wasActive = _reachable[row] && _availability[row] == NodeAvailability.Active;
        return (hasMore ? ReportNews.MoreRoom : 0) | (isActive && !wasActive ? ReportNews.Arrived : 0)
            | (_class[row] != _classes.Of(now.Node, now.Settings)
                || _availability[row] != now.Settings.Availability ? ReportNews.OtherNodes : 0);
    }

    private void Take(int row, NodeReport report)
    {
        _reports[row] = report;
        _class[row] = _classes.Of(report.Node, report.Settings);
        _availability[row] = report.Settings.Availability;
    }

    private void Drop(int row, Predicate<Given> over)
    {
        foreach (var given in _given[row])
        {
            if (over(given)) _givenTo.Remove(given.Task);
        }

        _given[row].RemoveAll(over);
        _tasks[row] = _reports[row].Tasks.Length + _given[row].Count;
        _free.Set(row, _reports[row].Node.Capacity, _reports[row].Reserved);
        foreach (var given in _given[row]) _free.Deduct(row, given.Reservations);
    }

    private void SetOrder()
    {
        var rows = Enumerable.Range(0, Count).ToArray();
        Array.Sort(rows, (left, right) => string.CompareOrdinal(Id(left).Value, Id(right).Value));
        for (var place = 0; place < rows.Length; place++) _order[rows[place]] = place;
        _ordered = true;
    }

    private sealed record Given(
        TaskId Task, ServiceName Service, Resources Reservations, ImmutableArray<PublishedPort> Ports,
        DateTimeOffset At);
}
