using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Swarm.Core.Containers;

namespace Swarm.Core.Placement;

/// <summary>Why no node will do, in numbers that sum up to the nodes that were asked.</summary>
internal sealed class UnplacedReason(PlaceTasks request)
{
    private readonly Dictionary<Misfit, int> _counts = [];
    private Resources _mostFree = Resources.None;

    public int Nodes { get; private set; }

    public IReadOnlyDictionary<Misfit, int> Counts => _counts;

    /// <summary>On some node, something that stops would change it.</summary>
    public bool LacksRoom => _counts.Keys.Any(IsRoom);

    public void Add(Misfit misfit, Resources? free = null)
    {
        Nodes++;
        _counts[misfit] = _counts.GetValueOrDefault(misfit) + 1;
        if (free is null) return;
        _mostFree = misfit.Kind switch
        {
            MisfitKind.Cpu when free.Cpu > _mostFree.Cpu => _mostFree with { Cpu = free.Cpu },
            MisfitKind.Memory when free.Memory > _mostFree.Memory => _mostFree with { Memory = free.Memory },
            MisfitKind.Pids when free.Pids > _mostFree.Pids => _mostFree with { Pids = free.Pids },
            _ => _mostFree,
        };
    }

    /// <param name="of">What the nodes are, as <c>12 nodes</c>.</param>
    public string Say(string of)
    {
        var parts = _counts.Select(count => (Text: Words(count.Key), Number: count.Value))
            .GroupBy(part => part.Text).Select(same => (Text: same.Key, Number: same.Sum(part => part.Number)))
            .OrderByDescending(part => part.Number).ThenBy(part => part.Text, StringComparer.Ordinal)
            .Select(part => Invariant($"{part.Number} {part.Text}"));
        return $"0 of {of}: {string.Join(", ", parts)}";
    }

    private bool IsRoom(Misfit misfit) => misfit.Kind switch
    {
        MisfitKind.Affinity => !request.Rules.Affinities[misfit.Which].Near,
        var kind => kind is >= MisfitKind.Cpu and <= MisfitKind.MaxPerNode,
    };

    private string Words(Misfit misfit) => misfit.Kind switch
    {
        MisfitKind.NotInPool => $"not in pool {request.Pool}",
        MisfitKind.OutOfReach => "out of reach",
        MisfitKind.Paused => "paused",
        MisfitKind.Drained => "being drained",
        MisfitKind.Constraint => $"fail {Constraint(misfit.Which)}",
        MisfitKind.DiskFull => "have a full disk",
        MisfitKind.Cpu => Invariant(
            $"short of CPU (asked {Cores(request.Reservations.Cpu)} cores, most free {Cores(_mostFree.Cpu)})"),
        MisfitKind.Memory => Invariant(
            $"short of memory (asked {Size(request.Reservations.Memory)}, most free {Size(_mostFree.Memory)})"),
        MisfitKind.Pids => Invariant(
            $"short of process ids (asked {request.Reservations.Pids}, most free {_mostFree.Pids})"),
        MisfitKind.Port => Invariant($"have port {Port(request.HostPorts[misfit.Which])} in use"),
        MisfitKind.MaxPerNode => Invariant($"already have {request.Rules.MaxPerNode} tasks of {request.Service}"),
        MisfitKind.Affinity => Affinity(misfit.Which),
        _ => throw new UnreachableException($"no words for {misfit}"),
    };

    private string Constraint(int which) =>
        ConstraintText.TryRead(request.Rules.Constraints[which], out var constraint, out var problem)
            ? constraint.Text : problem;

    private string Affinity(int which)
    {
        var rule = request.Rules.Affinities[which];
        var place = rule.Over == NodeAttribute.Id ? "" : $" in their {rule.Over}";
        return $"have {(rule.Near ? "no" : "a")} task of {rule.Service}{place}";
    }

    private static string Port(PublishedPort port) =>
        Invariant($"{port.HostPort}/{(port.Protocol == PortProtocol.Udp ? "udp" : "tcp")}");

    private static double Cores(MilliCpu cpu) => cpu.Value / 1000.0;

    private static string Size(Bytes bytes) => Invariant($"{Math.Round(bytes.Value / 1048576.0, 1)} MiB");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
