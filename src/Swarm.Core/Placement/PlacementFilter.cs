using System.Collections.Immutable;
using Swarm.Core.Nodes;

namespace Swarm.Core.Placement;

/// <summary>Whether a node can take one more task of a request, and if not, why not.</summary>
internal sealed class PlacementFilter
{
    private static readonly Misfit Fine = new((MisfitKind)(-1));

    private readonly NodeTable _table;
    private readonly PlaceTasks _request;
    private readonly ImmutableArray<PlacementConstraint> _constraints;
    private readonly int? _lost;
    private readonly ImmutableArray<int> _ofClass;
    private readonly ImmutableArray<int> _ofNode;
    private readonly Misfit?[] _classes;
    private readonly AffinityCheck _affinities;

    /// <param name="lost">A row that is judged as if its node were out of reach.</param>
    public PlacementFilter(
        NodeTable table, PlaceTasks request, ImmutableArray<PlacementConstraint> constraints, int? lost = null)
    {
        _lost = lost;
        _table = table;
        _request = request;
        _constraints = constraints;
        var numbers = Enumerable.Range(0, constraints.Length).ToLookup(which => constraints[which].IsOfOneNode);
        (_ofNode, _ofClass) = ([.. numbers[true]], [.. numbers[false]]);
        _classes = new Misfit?[table.Classes];
        _affinities = new AffinityCheck(table, request);
    }

    /// <summary>Marks the rows that have room for what the tasks reserve: all at once, before each is judged.</summary>
    public void MarkRoom(Span<bool> room) => _table.FreeColumns.MarkRoom(_request.Reservations, room);

    public int Unmet(int row) => _affinities.Unmet(row);

    /// <param name="ofService">Tasks of the service that the node has.</param>
    /// <returns>Null when the node will do.</returns>
    public Misfit? Judge(int row, int ofService) =>
        Allowed(row) ?? Disk(row) ?? Room(row) ?? WhatIsThere(row, ofService);

    /// <summary>As <see cref="Judge"/>, of a row that is known to have room.</summary>
    public Misfit? JudgeWithRoom(int row, int ofService) =>
        Allowed(row) ?? Disk(row) ?? WhatIsThere(row, ofService);

    /// <summary>As <see cref="Judge"/>, but for room and ports.</summary>
    public Misfit? JudgePlace(int row, int ofService) => Allowed(row) ?? Company(row, ofService);

    /// <summary>Whether the constraints allow the node, whatever is on it.</summary>
    public Misfit? Constrained(int row)
    {
        if (_ofClass.Length > 0)
        {
            var judged = _classes[_table.Class(row)] ??= Constrained(_ofClass, row) ?? Fine;
            if (judged != Fine) return judged;
        }

        return _ofNode.IsEmpty ? null : Constrained(_ofNode, row);
    }

    private Misfit? Allowed(int row) => Ready(row) ?? Constrained(row);

    private Misfit? Ready(int row) => row == _lost || !_table.IsReachable(row)
        ? new Misfit(MisfitKind.OutOfReach)
        : _table.Availability(row) switch
        {
            NodeAvailability.Active => null,
            NodeAvailability.Pause => new Misfit(MisfitKind.Paused),
            _ => new Misfit(MisfitKind.Drained),
        };

    private Misfit? Constrained(ImmutableArray<int> constraints, int row)
    {
        var report = _table.Report(row);
        foreach (var which in constraints)
        {
            if (!_constraints[which].Allows(report.Node, report.Settings))
                return new Misfit(MisfitKind.Constraint, which);
        }

        return null;
    }

    // Not as Allowed: a node whose disk is full keeps what it has.
    private Misfit? Disk(int row) => _table.Report(row).IsDiskFull ? new Misfit(MisfitKind.DiskFull) : null;

    private Misfit? Room(int row)
    {
        var (asked, free) = (_request.Reservations, _table.Free(row));
        return asked.Cpu > MilliCpu.Zero && asked.Cpu > free.Cpu ? new Misfit(MisfitKind.Cpu)
            : asked.Memory > Bytes.Zero && asked.Memory > free.Memory ? new Misfit(MisfitKind.Memory)
            : asked.Pids > 0 && asked.Pids > free.Pids ? new Misfit(MisfitKind.Pids)
            : null;
    }

    private Misfit? WhatIsThere(int row, int ofService)
    {
        for (var which = 0; which < _request.HostPorts.Length; which++)
        {
            if (HostPorts.Clash(_table.Ports(row), _request.HostPorts[which]))
                return new Misfit(MisfitKind.Port, which);
        }

        return Company(row, ofService);
    }

    private Misfit? Company(int row, int ofService)
    {
        if (_request.Rules.MaxPerNode is > 0 and var most && ofService >= most)
            return new Misfit(MisfitKind.MaxPerNode);
        return _affinities.Violated(row) is { } violated ? new Misfit(MisfitKind.Affinity, violated) : null;
    }
}
