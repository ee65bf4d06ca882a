using System.Collections.Immutable;
using Swarm.Core.Containers;

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
    private NodeReport[] _reports = [];
    private Resources[] _free = [];
    private List<Given>[] _given = [];
    private int[] _class = [];
    private bool[] _reachable = [];

    public int Count { get; private set; }

    public NodeReport Report(int row) => _reports[row];

    public NodeId Id(int row) => _reports[row].Node.Id;

    public Resources Free(int row) => _free[row];

    public int Class(int row) => _class[row];

    public int Classes => _classes.Count;

    public bool IsReachable(int row) => _reachable[row];

    public int TaskCount(int row) => _reports[row].Tasks.Length + _given[row].Count;

    /// <summary>The node a task was given to, while that is not yet shown by the node's own
    /// report; null when it is out of reach.</summary>
    public NodeId? GivenTo(TaskId task) => _givenTo.TryGetValue(task, out var row) && _reachable[row] ? Id(row) : null;

    public bool UsesPort(int row, PublishedPort port) =>
        _reports[row].HostPorts.Any(used => Clash(used, port))
            || _given[row].Exists(given => given.Ports.Any(used => Clash(used, port)));

    /// <returns>False for a report older than one that was kept.</returns>
    /// <remarks>Reports of a node arrive in order, so one that counts from the beginning again
    /// is of a node that was restarted.</remarks>
    public bool Keep(NodeReport report)
    {
        if (!_rows.TryGetValue(report.Node.Id, out var row)) row = Add(report);
        else if (report.Report <= _reports[row].Report && _reachable[row] && report.Report > 1) return false;

        _reports[row] = report;
        _reachable[row] = true;
        _class[row] = _classes.Of(report.Node, report.Settings);
        var shown = report.Tasks.ToHashSet();
        Drop(row, given => shown.Contains(given.Task));
        return true;
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

        var last = --Count;
        if (row == last) return;
        (_reports[row], _free[row], _given[row], _class[row], _reachable[row]) =
            (_reports[last], _free[last], _given[last], _class[last], _reachable[last]);
        _rows[Id(row)] = row;
        foreach (var given in _given[row]) _givenTo[given.Task] = row;
    }

    public void Give(int row, TaskId task, PlaceTasks request, DateTimeOffset now)
    {
        if (_givenTo.TryGetValue(task, out var before)) Drop(before, given => given.Task == task);
        _given[row].Add(new Given(task, request.Reservations, request.HostPorts, now));
        _givenTo[task] = row;
        _free[row] -= request.Reservations;
    }

    /// <summary>Takes back what was given away so long ago that it will not be used any more.</summary>
    public void Expire(DateTimeOffset now)
    {
        if (_givenTo.Count == 0) return;
        for (var row = 0; row < Count; row++)
        {
            if (_given[row].Count > 0) Drop(row, given => given.At <= now - GivenFor);
        }
    }

    private int Add(NodeReport report)
    {
        var row = Count++;
        if (row == _reports.Length)
        {
            var length = Math.Max(16, row * 2);
            Array.Resize(ref _reports, length);
            Array.Resize(ref _free, length);
            Array.Resize(ref _given, length);
            Array.Resize(ref _class, length);
            Array.Resize(ref _reachable, length);
        }

        _given[row] = [];
        _rows[report.Node.Id] = row;
        return row;
    }

    private void Drop(int row, Predicate<Given> over)
    {
        foreach (var given in _given[row])
        {
            if (over(given)) _givenTo.Remove(given.Task);
        }

        _given[row].RemoveAll(over);
        _free[row] = _reports[row].Node.Capacity - _reports[row].Reserved;
        foreach (var given in _given[row]) _free[row] -= given.Reservations;
    }

    private static bool Clash(PublishedPort used, PublishedPort wanted) =>
        used.HostPort == wanted.HostPort && used.Protocol == wanted.Protocol
        && (IsAny(used.HostAddress) || IsAny(wanted.HostAddress) || used.HostAddress == wanted.HostAddress);

    private static bool IsAny(string address) => address is "" or "0.0.0.0" or "::";

    private sealed record Given(
        TaskId Task, Resources Reservations, ImmutableArray<PublishedPort> Ports, DateTimeOffset At);
}
