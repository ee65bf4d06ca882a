using Swarm.Core.Services;

namespace Swarm.Core.Placement;

/// <summary>How good a node is for a task; the least is the best.</summary>
/// <param name="Trouble">First whether the service keeps failing on the node, then how many preferred affinities it
/// does not meet.</param>
/// <param name="Crowd">Spreading: tasks of the service there, then its failures there; packing: its failures.</param>
/// <param name="UsedShare">Of the scarcest resource, once it had the task; packing, less is worse.</param>
/// <param name="Tasks">Of all services; packing, less is worse.</param>
/// <param name="Order">Of the nodes' ids, so that equal nodes have an order.</param>
internal readonly record struct NodeRank(int Trouble, long Crowd, double UsedShare, int Tasks, int Order)
    : IComparable<NodeRank>
{
    private const int FailuresTolerated = 3;
    private const int Failing = 1 << 16;

    public static NodeRank Of(NodeTable table, int row, PlaceTasks request, int ofService, int failures, int unmet)
    {
        var used = table.FreeColumns.UsedShare(row, request.Reservations);
        var trouble = (failures >= FailuresTolerated ? Failing : 0) + unmet;
        var (tasks, order) = (table.TaskCount(row), table.Order(row));
        return request.Rules.Strategy == PlacementStrategy.BinPack
            ? new NodeRank(trouble, failures, -used, -tasks, order)
            : new NodeRank(trouble, ((long)ofService << 32) + failures, used, tasks, order);
    }

    public int CompareTo(NodeRank other)
    {
        if (Trouble != other.Trouble) return Trouble < other.Trouble ? -1 : 1;
        if (Crowd != other.Crowd) return Crowd < other.Crowd ? -1 : 1;
        if (UsedShare != other.UsedShare) return UsedShare < other.UsedShare ? -1 : 1;
        return Tasks != other.Tasks ? Tasks.CompareTo(other.Tasks) : Order.CompareTo(other.Order);
    }

    public static bool operator <(NodeRank left, NodeRank right) => left.CompareTo(right) < 0;

    public static bool operator >(NodeRank left, NodeRank right) => left.CompareTo(right) > 0;

    public static bool operator <=(NodeRank left, NodeRank right) => left.CompareTo(right) <= 0;

    public static bool operator >=(NodeRank left, NodeRank right) => left.CompareTo(right) >= 0;
}
