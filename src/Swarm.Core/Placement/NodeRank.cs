using Swarm.Core.Services;

namespace Swarm.Core.Placement;

/// <summary>How good a node is for a task; the least is the best.</summary>
/// <param name="Trouble">First whether the service keeps failing on the node, then how many preferred affinities it
/// does not meet.</param>
/// <param name="Crowd">Spreading: tasks of the service there, then its failures there; packing: its failures.</param>
/// <param name="Fullness">Eighths of the scarcest resource that are used, once it had the task; packing, less is
/// worse.</param>
/// <param name="Load">Tasks of all services; packing, less is worse. What is lacking of the image is
/// as bad as up to <see cref="ImageNeed.All"/> tasks more, packing less.</param>
/// <param name="UsedShare">As <paramref name="Fullness"/>, exactly.</param>
/// <param name="Order">Of the nodes' ids, so that equal nodes have an order.</param>
internal readonly record struct NodeRank(
    int Trouble, long Crowd, int Fullness, int Load, double UsedShare, int Order)
    : IComparable<NodeRank>
{
    /// <summary>Less difference between nodes is not worth that an image is fetched.</summary>
    internal const int FullnessSteps = 8;

    private const int FailuresTolerated = 3;
    private const int Failing = 1 << 16;

    /// <param name="fetch">See <see cref="ImageNeed.Of"/>.</param>
    public static NodeRank Of(
        NodeTable table, int row, PlaceTasks request, int ofService, int failures, int unmet, int fetch)
    {
        var used = table.FreeColumns.UsedShare(row, request.Reservations);
        var trouble = (failures >= FailuresTolerated ? Failing : 0) + unmet;
        var (tasks, order) = (table.TaskCount(row), table.Order(row));
        var fullness = (int)Math.Floor(used * FullnessSteps);
        return request.Rules.Strategy == PlacementStrategy.BinPack
            ? new NodeRank(trouble, failures, -fullness, fetch - tasks, -used, order)
            : new NodeRank(trouble, ((long)ofService << 32) + failures, fullness, fetch + tasks, used, order);
    }

    public int CompareTo(NodeRank other)
    {
        if (Trouble != other.Trouble) return Trouble < other.Trouble ? -1 : 1;
        if (Crowd != other.Crowd) return Crowd < other.Crowd ? -1 : 1;
        if (Fullness != other.Fullness) return Fullness < other.Fullness ? -1 : 1;
        if (Load != other.Load) return Load < other.Load ? -1 : 1;
        return UsedShare != other.UsedShare ? UsedShare.CompareTo(other.UsedShare) : Order.CompareTo(other.Order);
    }

    public static bool operator <(NodeRank left, NodeRank right) => left.CompareTo(right) < 0;

    public static bool operator >(NodeRank left, NodeRank right) => left.CompareTo(right) > 0;

    public static bool operator <=(NodeRank left, NodeRank right) => left.CompareTo(right) <= 0;

    public static bool operator >=(NodeRank left, NodeRank right) => left.CompareTo(right) >= 0;
}
