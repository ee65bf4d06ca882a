using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Core.Nodes;

namespace Swarm.Core.Placement;

/// <summary>Whether a node can take one more task of a request, and if not, why not.</summary>
internal sealed class PlacementFilter
{
    private readonly NodeTable _table;
    private readonly PlaceTasks _request;
    private readonly ImmutableArray<PlacementConstraint> _ofClass;
    private readonly ImmutableArray<PlacementConstraint> _ofNode;
    private readonly Verdict?[] _classVerdicts;

    public PlacementFilter(NodeTable table, PlaceTasks request, ImmutableArray<PlacementConstraint> constraints)
    {
        _table = table;
        _request = request;
        _ofNode = [.. constraints.Where(constraint => constraint.IsOfOneNode)];
        _ofClass = [.. constraints.Where(constraint => !constraint.IsOfOneNode)];
        _classVerdicts = new Verdict?[table.Classes];
    }

    /// <param name="ofService">Tasks of the service that the node has.</param>
    /// <returns>Null when the node will do.</returns>
    public Verdict? Judge(int row, int ofService) =>
        Ready(row) ?? Constrained(row) ?? Room(row) ?? Ports(row)
        ?? (_request.Rules.MaxPerNode is > 0 and var most && ofService >= most
            ? new Verdict(Say($"already have {most} tasks of {_request.Service}"), IsRoom: true) : null);

    /// <summary>The whole answer to why no node will do, in numbers.</summary>
    public (string Reason, bool LacksRoom) Explain(Func<int, int> ofService)
    {
        if (_table.Count == 0) return ($"0 of 0 nodes: pool {_request.Pool} has no nodes", false);
        var verdicts =
            Enumerable.Range(0, _table.Count).Select(row => Judge(row, ofService(row))).OfType<Verdict>().ToList();
        var parts = verdicts.GroupBy(verdict => verdict.Why).OrderByDescending(same => same.Count())
            .ThenBy(same => same.Key, StringComparer.Ordinal).Select(same => Say($"{same.Count()} {same.Key}"));
        return (
            Say($"0 of {_table.Count} nodes: {string.Join(", ", parts)}"), verdicts.Exists(verdict => verdict.IsRoom));
    }

    private Verdict? Ready(int row) => !_table.IsReachable(row) ? new Verdict("out of reach")
        : _table.Report(row).Settings.Availability switch
        {
            NodeAvailability.Active => null,
            NodeAvailability.Pause => new Verdict("paused"),
            _ => new Verdict("being drained"),
        };

    private Verdict? Constrained(int row)
    {
        var report = _table.Report(row);
        if (_ofClass.Length > 0)
        {
            var judged = _classVerdicts[_table.Class(row)] ??= Constrained(_ofClass, report) ?? Verdict.Fine;
            if (judged != Verdict.Fine) return judged;
        }

        return Constrained(_ofNode, report);
    }

    private static Verdict? Constrained(ImmutableArray<PlacementConstraint> constraints, NodeReport report)
    {
        foreach (var constraint in constraints)
        {
            if (!constraint.Allows(report.Node, report.Settings)) return new Verdict($"fail {constraint.Text}");
        }

        return null;
    }

    /// <summary>What is not asked for is not looked at: a node that is overfull still takes
    /// what reserves nothing.</summary>
    private Verdict? Room(int row)
    {
        var (wanted, free) = (_request.Reservations, _table.Free(row));
        if (wanted.Cpu > MilliCpu.Zero && wanted.Cpu > free.Cpu) return new Verdict("short of CPU", IsRoom: true);
        if (wanted.Memory > Bytes.Zero && wanted.Memory > free.Memory)
            return new Verdict("short of memory", IsRoom: true);
        var counted = _table.Report(row).Node.Capacity.Pids > 0;
        return counted && wanted.Pids > 0 && wanted.Pids > free.Pids
            ? new Verdict("short of process ids", IsRoom: true)
            : null;
    }

    private Verdict? Ports(int row)
    {
        foreach (var port in _request.HostPorts)
        {
            if (!_table.UsesPort(row, port)) continue;
            var protocol = port.Protocol == PortProtocol.Udp ? "udp" : "tcp";
            return new Verdict(Say($"have port {port.HostPort}/{protocol} in use"), IsRoom: true);
        }

        return null;
    }

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <param name="IsRoom">Something that stops on the node would change it.</param>
    internal sealed record Verdict(string Why, bool IsRoom = false)
    {
        public static Verdict Fine { get; } = new("");
    }
}
