using System.Collections.Immutable;
using Swarm.Core.Containers;

namespace Swarm.Core.Placement;

/// <summary>What nodes have free and which ports they use, to try moves out on.</summary>
internal sealed class PoolLoad(NodeTable table)
{
    private readonly FreeColumns _free = table.FreeColumns.Clone();
    private readonly Dictionary<int, List<PublishedPort>> _ports = [];

    public double UsedShare(int row, Resources more) => _free.UsedShare(row, more);

    public bool Fits(int row, Resources asked, ImmutableArray<PublishedPort> ports)
    {
        var free = _free[row];
        return (asked.Cpu <= MilliCpu.Zero || asked.Cpu <= free.Cpu)
            && (asked.Memory <= Bytes.Zero || asked.Memory <= free.Memory)
            && (asked.Pids <= 0 || asked.Pids <= free.Pids)
            && (ports.IsEmpty || !ports.Any(port => HostPorts.Clash(PortsOf(row), port)));
    }

    public void Move(int from, int to, Resources amount, ImmutableArray<PublishedPort> ports)
    {
        _free.Deduct(from, Resources.None - amount);
        _free.Deduct(to, amount);
        foreach (var port in ports)
        {
            PortsOf(from).Remove(port);
            PortsOf(to).Add(port);
        }
    }

    private List<PublishedPort> PortsOf(int row)
    {
        if (!_ports.TryGetValue(row, out var ports)) _ports[row] = ports = [.. table.Ports(row)];
        return ports;
    }
}
