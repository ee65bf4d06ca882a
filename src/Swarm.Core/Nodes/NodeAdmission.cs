using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Core.Nodes;

/// <summary>How an order of a service stands to what the node has seen.</summary>
public enum OrderAge
{
    Newer,

    /// <summary>The same once more: it is acknowledged again, and changes nothing.</summary>
    Repeated,

    /// <summary>From an incarnation of the service that is not in charge any more: refused.</summary>
    Stale,
}

/// <summary>What a node made of an order.</summary>
/// <param name="Ledger">The node's ledger after it.</param>
/// <param name="Rejected">New tasks that the node does not take, each with the reason in numbers.</param>
public sealed record OrderTaken(OrderAge Age, NodeLedger Ledger, ImmutableDictionary<TaskId, string> Rejected);

/// <summary>Whether a node takes the tasks a service gives it: the placer proposes, the node disposes.</summary>
/// <remarks>Pure. Told in docs/node.md.</remarks>
public static class NodeAdmission
{
    public static OrderTaken Take(NodeLedger ledger, ApplyServiceTasks order)
    {
        var age = ledger.Sequences.TryGetValue(order.Service, out var seen)
            ? AgeOf(order.Sequence, seen)
            : OrderAge.Newer;
        var rejected = ImmutableDictionary.CreateBuilder<TaskId, string>();
        if (age != OrderAge.Newer) return new OrderTaken(age, ledger, rejected.ToImmutable());

        var templates = order.Templates.ToDictionary(template => template.SpecVersion);
        var claims = ledger.Claims.ToBuilder();
        var reserved = ledger.Reserved;
        var ports = PortsOf(ledger);
        foreach (var task in order.Tasks)
        {
            if (claims.ContainsKey(task.Task)) continue;

            // A task to be stopped that was never here takes nothing, and is no reason to refuse anything.
            var isWanted = task.Desired < TaskState.Shutdown;
            var template = templates.GetValueOrDefault(task.SpecVersion);
            var refusal = !isWanted ? null : template is null
                ? Invariant($"the order has no specification of version {task.SpecVersion}")
                : Refuse(ledger, order.Service, template, reserved, ports);
            if (refusal is not null) rejected[task.Task] = refusal;

            var isHeld = isWanted && refusal is null;
            var claim = new TaskClaim(
                order.Service, template?.Reservations ?? Resources.None, template?.Container.Ports ?? [], isHeld)
            {
                Slot = task.Slot,
            };
            claims[task.Task] = claim;
            if (!isHeld) continue;

            reserved += claim.Reservations;
            AddPorts(ports, claim);
        }

        var next = ledger with
        {
            Claims = claims.ToImmutable(),
            Sequences = ledger.Sequences.SetItem(order.Service, order.Sequence),
        };
        return new OrderTaken(age, next, rejected.ToImmutable());
    }

    /// <summary>Whether an answer comes from an incarnation of the service that knows of every order that the node
    /// has seen.</summary>
    public static bool Heeds(NodeLedger ledger, TasksReportKept answer) =>
        !ledger.Sequences.TryGetValue(answer.Service, out var seen) || answer.Sequence >= seen;

    private static OrderAge AgeOf(long sequence, long seen) =>
        sequence > seen ? OrderAge.Newer : sequence == seen ? OrderAge.Repeated : OrderAge.Stale;

    private static string? Refuse(
        NodeLedger ledger, ServiceName service, TaskTemplate template, Resources reserved, List<TakenPort> taken)
    {
        if (ledger.Availability != NodeAvailability.Active)
        {
            return "the node takes no tasks: it is set to "
                + (ledger.Availability == NodeAvailability.Pause ? "pause" : "drain");
        }

        if (ledger.DiskFault.Length > 0) return ledger.DiskFault;

        var free = ledger.Allocatable - reserved;
        var asked = template.Reservations;
        if (asked.Cpu > free.Cpu && asked.Cpu > MilliCpu.Zero)
        {
            var all = ledger.Allocatable.Cpu;
            return Invariant(
                $"short of CPU: {Cores(asked.Cpu)} asked, {Cores(free.Cpu)} free of {Cores(all)} cores");
        }

        if (asked.Memory > free.Memory && asked.Memory > Bytes.Zero)
        {
            var all = Mebibytes(ledger.Allocatable.Memory);
            return Invariant(
                $"short of memory: {Mebibytes(asked.Memory)} asked, {Mebibytes(free.Memory)} free of {all} MiB");
        }

        if (ledger.Allocatable.Pids > 0 && asked.Pids > free.Pids)
        {
            return Invariant(
                $"short of process ids: {asked.Pids} asked, {free.Pids} free of {ledger.Allocatable.Pids}");
        }

        return template.Container.Ports.Where(port => port.HostPort != 0)
            .Select(port => taken.Find(other => other.Excludes(service, port))?.Explain(port))
            .FirstOrDefault(conflict => conflict is not null);
    }

    private static List<TakenPort> PortsOf(NodeLedger ledger)
    {
        var ports = new List<TakenPort>();
        foreach (var (_, claim) in ledger.Held) AddPorts(ports, claim);
        ports.AddRange(ledger.Standalone.SelectMany(claim => claim.Ports)
            .Select(port => new TakenPort(port, default, 0)));
        return ports;
    }

    private static void AddPorts(List<TakenPort> ports, TaskClaim claim) => ports.AddRange(
        claim.Ports.Where(port => port.HostPort != 0).Select(port => new TakenPort(port, claim.Service, claim.Slot)));

    private static double Cores(MilliCpu cpu) => cpu.Value / 1000.0;

    private static double Mebibytes(Bytes bytes) => Math.Round(bytes.Value / 1048576.0, 1);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>A port of the host that a task holds alone, or a service holds for all its tasks.</summary>
    private sealed record TakenPort(PublishedPort Port, ServiceName Service, int Slot)
    {
        public bool Excludes(ServiceName service, PublishedPort asked) =>
            asked.HostPort == Port.HostPort && asked.Protocol == Port.Protocol
            && !(asked.Mode == PublishMode.Ingress && Port.Mode == PublishMode.Ingress && service == Service)
            && (asked.HostAddress.Length == 0 || Port.HostAddress.Length == 0 || asked.HostAddress == Port.HostAddress);

        public string Explain(PublishedPort asked)
        {
            var protocol = asked.Protocol == PortProtocol.Tcp ? "tcp" : "udp";
            // As people see it in `swarm ps`; an ingress port is the whole service's.
            var holder = Service == default ? "a container that belongs to no service"
                : Port.Mode == PublishMode.Host && Slot > 0
                ? Invariant($"task {Service}.{Slot}")
                : Invariant($"service {Service}");
            return Invariant($"port {asked.HostPort}/{protocol} of the host is taken by {holder}");
        }
    }
}
