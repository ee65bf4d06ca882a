using System.Collections.Immutable;
using System.Globalization;

namespace Swarm.Core.Placement;

/// <summary>One service while a plan is made: where its tasks would be by now, and its next good move.</summary>
internal sealed class RebalanceMover
{
    /// <summary>Where the counts are as even as they can be, a task still moves for so great a difference in how full
    /// its node is and the other one would be.</summary>
    private const double ShareWorthIt = 0.2;

    private readonly NodeTable _table;
    private readonly PoolLoad _load;
    private readonly RebalanceService _service;
    private readonly PlacementFilter _filter;
    private readonly OwnTasks _own;
    private readonly Dictionary<int, Queue<TaskId>> _tasks;
    private readonly int[] _movable;
    private readonly int[] _gained;
    private readonly List<(OwnPlaces Places, int Unmet, List<int> Rows)> _groups;

    private RebalanceMover(
        NodeTable table, PoolLoad load, RebalanceService service, ImmutableArray<PlacementConstraint> constraints)
    {
        (_table, _load, _service) = (table, load, service);
        _filter = new PlacementFilter(table, service.AsRequest(), constraints);
        _own = new OwnTasks(table, service.AsRequest());
        _tasks = service.Movable
            .Where(task => table.Row(task.Node) is { } row && table.IsReachable(row))
            .GroupBy(task => table.Row(task.Node)!.Value)
            .ToDictionary(tasks => tasks.Key, tasks => new Queue<TaskId>(tasks.Select(task => task.Task).Reverse()));
        _movable = [.. Enumerable.Range(0, table.Count).Select(row => _tasks.GetValueOrDefault(row)?.Count ?? 0)];
        _gained = new int[table.Count];
        _groups =
        [
            .. Enumerable.Range(0, table.Count).GroupBy(row => (Places: _own.PlacesOf(row), Unmet: _filter.Unmet(row)))
                .Select(group => (group.Key.Places, group.Key.Unmet, group.ToList())),
        ];
    }

    /// <summary>Null for a service whose rules cannot be read.</summary>
    public static RebalanceMover? Of(NodeTable table, PoolLoad load, RebalanceService service) =>
        RulesReading.TryRead(service.Rules, out var constraints, out _)
            ? new RebalanceMover(table, load, service, constraints) : null;

    /// <summary>Makes the best move there is, for trial.</summary>
    /// <returns>False when none is an improvement.</returns>
    public bool Improve()
    {
        var from = _groups.Select(group => Fullest(group.Rows)).ToList();
        var to = _groups.Select(group => Emptiest(group.Rows)).ToList();
        (int From, int To, ImmutableArray<int> Worth)? best = null;
        for (var left = 0; left < _groups.Count; left++)
        {
            for (var right = 0; right < _groups.Count; right++)
            {
                if (from[left] is not { } source || to[right] is not { } target || source == target) continue;
                if (Worth(left, right, source, target) is not { } worth) continue;
                if (best is null || Compare(worth, best.Value.Worth) < 0) best = (source, target, worth);
            }
        }

        if (best is not { } found) return false;
        Shift(found.From, found.To);
        return true;
    }

    /// <summary>From where to where tasks go, all moves for trial together: no node both gives and takes.</summary>
    public IEnumerable<(int From, int To)> Net()
    {
        var rows = Enumerable.Range(0, _gained.Length).OrderBy(_table.Order).ToList();
        var from = rows.SelectMany(row => Enumerable.Repeat(row, Math.Max(0, -_gained[row])));
        var to = rows.SelectMany(row => Enumerable.Repeat(row, Math.Max(0, _gained[row])));
        return from.Zip(to);
    }

    /// <summary>Null while the node does not take it.</summary>
    public RebalanceMove? Move(int from, int to)
    {
        if (!Takes(to)) return null;
        var move = new RebalanceMove(
            _service.Name, _tasks[from].Dequeue(), _table.Id(from), _table.Id(to), Reason(from, to));
        Shift(from, to);
        return move;
    }

    private int? Fullest(List<int> rows)
    {
        var found = rows.Where(row => _movable[row] > 0).OrderByDescending(_own.On)
            .ThenByDescending(IsRelieved).ThenByDescending(row => _load.UsedShare(row, Resources.None))
            .ThenBy(_table.Order).Take(1).ToList();
        return found.Count > 0 ? found[0] : null;
    }

    private int? Emptiest(List<int> rows)
    {
        var found = rows.Where(Takes).OrderBy(_own.On)
            .ThenBy(row => _load.UsedShare(row, _service.Reservations)).ThenBy(_table.Order).Take(1).ToList();
        return found.Count > 0 ? found[0] : null;
    }

    private bool Takes(int row) =>
        _load.Fits(row, _service.Reservations, _service.HostPorts)
        && _filter.JudgePlace(row, _own.On(row)) is null && _own.ViolatedByNode(row) is null
        && _own.Violated(_own.PlacesOf(row)) is null;

    /// <summary>What the move changes, most important first, less being better; null when it is no
    /// improvement.</summary>
    private ImmutableArray<int>? Worth(int left, int right, int from, int to)
    {
        var (source, target) = (_groups[left], _groups[right]);
        var worth = ImmutableArray.CreateBuilder<int>();
        worth.Add(target.Unmet - source.Unmet);
        for (var i = 0; i < source.Places.Own.Length; i++)
            worth.Add(Change(source.Places.Own[i], target.Places.Own[i]));
        for (var i = 0; i < source.Places.Levels.Length; i++)
            worth.Add(Change(source.Places.Levels[i], target.Places.Levels[i]));
        worth.Add(_own.On(to) - _own.On(from) + 1);
        var first = worth.FirstOrDefault(change => change != 0);
        if (first > 0 || (first == 0 && !IsWorthItsShare(from, to))) return null;
        return worth.ToImmutable();
    }

    /// <summary>Half of how the sum of squares changes when one moves from the one count to the other.</summary>
    private int Change(int from, int to) => from == to ? 0 : _own.In(to) - _own.In(from) + 1;

    private bool IsWorthItsShare(int from, int to) =>
        IsRelieved(from)
        && _load.UsedShare(from, Resources.None) - _load.UsedShare(to, _service.Reservations) >= ShareWorthIt;

    private bool IsRelieved(int row) =>
        _load.UsedShare(row, Resources.None - _service.Reservations) < _load.UsedShare(row, Resources.None);

    private static int Compare(ImmutableArray<int> left, ImmutableArray<int> right)
    {
        for (var i = 0; i < left.Length; i++)
        {
            if (left[i] != right[i]) return left[i].CompareTo(right[i]);
        }

        return 0;
    }

    private void Shift(int from, int to)
    {
        (_movable[from], _movable[to]) = (_movable[from] - 1, _movable[to] + 1);
        (_gained[from], _gained[to]) = (_gained[from] - 1, _gained[to] + 1);
        _own.Add(from, -1);
        _own.Add(to);
        _load.Move(from, to, _service.Reservations, _service.HostPorts);
    }

    private string Reason(int from, int to)
    {
        var (source, target) = (_table.Report(from).Node.Name, _table.Report(to).Node.Name);
        return _own.On(from) - _own.On(to) >= 2
            ? Say($"rebalance: node {source} has {_own.On(from)} tasks of it, node {target} {_own.On(to)}")
            : _filter.Unmet(to) < _filter.Unmet(from) || _own.PlacesOf(from) != _own.PlacesOf(to)
            ? Say($"rebalance: node {target} is in a better place than node {source}")
            : Say($"rebalance: node {source} is {Percent(from, Resources.None)} % full, node {target} would be ")
                + Say($"{Percent(to, _service.Reservations)} %");
    }

    private double Percent(int row, Resources more) => Math.Round(_load.UsedShare(row, more) * 100);

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
