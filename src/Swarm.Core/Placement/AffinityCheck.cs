using Swarm.Core.Services;

namespace Swarm.Core.Placement;

/// <summary>How nodes stand to the affinities of a request towards other services.</summary>
/// <remarks>What others have is fixed while a request is answered, so it is counted once: by node where the place is
/// one node, by class where it is a label.</remarks>
internal sealed class AffinityCheck
{
    private readonly NodeTable _table;
    private readonly List<(int Which, ServiceAffinity Rule, bool[] IsThere)> _rules = [];

    public AffinityCheck(NodeTable table, PlaceTasks request)
    {
        _table = table;
        for (var which = 0; which < request.Rules.Affinities.Length; which++)
        {
            var rule = request.Rules.Affinities[which];
            if (rule.Service != request.Service) _rules.Add((which, rule, IsThere(rule)));
        }
    }

    public static string? Problem(ServiceAffinity rule)
    {
        if (string.IsNullOrEmpty(rule.Service.Value)) return "an affinity names no service";
        return rule.Over == NodeAttribute.Id || NodeAttribute.IsLabel(rule.Over)
            ? null
            : $"affinity to {rule.Service} over '{rule.Over}': only node.id, node.labels.NAME and engine.labels.NAME "
                + "can be a place";
    }

    /// <summary>The first required one that the node does not meet.</summary>
    public int? Violated(int row)
    {
        foreach (var (which, rule, isThere) in _rules)
        {
            if (rule.Required && isThere[At(rule, row)] != rule.Near) return which;
        }

        return null;
    }

    /// <summary>How many preferred ones the node does not meet.</summary>
    public int Unmet(int row)
    {
        var unmet = 0;
        foreach (var (_, rule, isThere) in _rules)
        {
            if (!rule.Required && isThere[At(rule, row)] != rule.Near) unmet++;
        }

        return unmet;
    }

    private int At(ServiceAffinity rule, int row) => rule.Over == NodeAttribute.Id ? row : _table.Class(row);

    private bool[] IsThere(ServiceAffinity rule)
    {
        if (rule.Over == NodeAttribute.Id)
            return [.. Enumerable.Range(0, _table.Count).Select(row => _table.TasksOf(rule.Service, row) > 0)];

        var valueOf = new string?[_table.Classes];
        var places = new HashSet<string>(StringComparer.Ordinal);
        for (var row = 0; row < _table.Count; row++)
        {
            var report = _table.Report(row);
            var value = valueOf[_table.Class(row)] ??=
                NodeAttribute.Of(rule.Over, report.Node, report.Settings) ?? "";
            if (_table.TasksOf(rule.Service, row) > 0) places.Add(value);
        }

        return [.. valueOf.Select(value => value is not null && places.Contains(value))];
    }
}
