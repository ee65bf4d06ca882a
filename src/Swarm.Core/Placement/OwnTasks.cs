using System.Collections.Immutable;
using Swarm.Core.Services;

namespace Swarm.Core.Placement;

/// <summary>The tasks of a request's own service: where they are, and what that means for the next one.</summary>
internal sealed class OwnTasks
{
    private readonly NodeTable _table;
    private readonly PlacementRules _rules;
    private readonly ImmutableArray<(int Which, ServiceAffinity Rule)> _overNode;
    private readonly ImmutableArray<(int Which, ServiceAffinity Rule)> _overLabel;
    private readonly int[] _onNode;
    private readonly OwnPlaces?[] _placesOfClass;
    private readonly Dictionary<string, OwnPlaces> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counters = new(StringComparer.Ordinal);
    private readonly List<int> _counts = [];

    public OwnTasks(NodeTable table, PlaceTasks request)
    {
        _table = table;
        _rules = request.Rules;
        var own = Enumerable.Range(0, _rules.Affinities.Length).Select(which => (which, _rules.Affinities[which]))
            .Where(rule => rule.Item2.Service == request.Service).ToLookup(rule => rule.Item2.Over == NodeAttribute.Id);
        (_overNode, _overLabel) = ([.. own[true]], [.. own[false]]);
        _onNode = new int[table.Count];
        _placesOfClass = new OwnPlaces?[table.Classes];
        foreach (var (node, running) in request.RunningPerNode)
        {
            if (table.Row(new NodeId(node)) is { } row) Add(row, running);
        }
    }

    /// <summary>On the nodes of the pool.</summary>
    public int Total { get; private set; }

    public bool WantToBeNear =>
        _overNode.Any(rule => rule.Rule.Near) || _overLabel.Any(rule => rule.Rule.Near);

    public int On(int row) => _onNode[row];

    /// <summary>What one of the counts of <see cref="OwnPlaces"/> stands at.</summary>
    public int In(int counter) => _counts[counter];

    public void Add(int row, int tasks = 1)
    {
        _onNode[row] += tasks;
        Total += tasks;
        var places = PlacesOf(row);
        foreach (var counter in places.Levels) _counts[counter] += tasks;
        foreach (var counter in places.Own) _counts[counter] += tasks;
    }

    public Misfit? Violated(int row) => ViolatedByNode(row) ?? Violated(PlacesOf(row));

    /// <summary>The first required affinity to its like, over a label, that is not met there.</summary>
    public Misfit? Violated(OwnPlaces places)
    {
        for (var i = 0; i < _overLabel.Length; i++)
        {
            if (_overLabel[i].Rule.Required && !IsMet(_overLabel[i].Rule, In(places.Own[i])))
                return new Misfit(MisfitKind.Affinity, _overLabel[i].Which);
        }

        return null;
    }

    /// <summary>The first required affinity to its like, over the node alone, that is not met there.</summary>
    public Misfit? ViolatedByNode(int row)
    {
        foreach (var (which, rule) in _overNode)
        {
            if (rule.Required && !IsMet(rule, On(row))) return new Misfit(MisfitKind.Affinity, which);
        }

        return null;
    }

    public int Unmet(OwnPlaces places)
    {
        var unmet = 0;
        for (var i = 0; i < _overLabel.Length; i++)
        {
            if (!_overLabel[i].Rule.Required && !IsMet(_overLabel[i].Rule, In(places.Own[i]))) unmet++;
        }

        return unmet;
    }

    public int UnmetByNode(int row)
    {
        var unmet = 0;
        foreach (var (_, rule) in _overNode)
        {
            if (!rule.Required && !IsMet(rule, On(row))) unmet++;
        }

        return unmet;
    }

    public OwnPlaces PlacesOf(int row) => _placesOfClass[_table.Class(row)] ??= Find(row);

    // The first task of a service has none of its like to be near to.
    private bool IsMet(ServiceAffinity rule, int there) => rule.Near ? there > 0 || Total == 0 : there == 0;

    private OwnPlaces Find(int row)
    {
        var values = new List<string>();
        var levels = ImmutableArray.CreateBuilder<int>();
        foreach (var label in _rules.SpreadOver)
        {
            values.Add(ValueOf(label, row));
            levels.Add(Counter("spread", values));
        }

        var own = ImmutableArray.CreateBuilder<int>();
        foreach (var (which, rule) in _overLabel)
        {
            values.Add(ValueOf(rule.Over, row));
            own.Add(Counter($"own {which}", [values[^1]]));
        }

        var key = string.Join('\0', values);
        if (!_places.TryGetValue(key, out var places))
            _places[key] = places = new OwnPlaces(levels.ToImmutable(), own.ToImmutable());
        return places;
    }

    private string ValueOf(string label, int row) =>
        NodeAttribute.Of(label, _table.Report(row).Node, _table.Report(row).Settings) ?? "";

    private int Counter(string kind, IEnumerable<string> values)
    {
        var key = kind + '\0' + string.Join('\0', values);
        if (_counters.TryGetValue(key, out var counter)) return counter;
        _counts.Add(0);
        return _counters[key] = _counts.Count - 1;
    }
}
