namespace Swarm.Core.Placement;

/// <summary>How good a node is for a task; the least is the best.</summary>
/// <param name="Failing">The service failed on it so often lately that any other node is better.</param>
/// <param name="UsedShare">Of its scarcest resource, once it had the task.</param>
internal readonly record struct NodeRank(
    bool Failing, int OfService, int Failures, double UsedShare, int Tasks, string Id) : IComparable<NodeRank>
{
    private const int FailuresTolerated = 3;

    public static NodeRank Of(NodeTable table, int row, PlaceTasks request, int ofService)
    {
        var (capacity, free) = (table.Report(row).Node.Capacity, table.Free(row) - request.Reservations);
        var failures = request.AvoidNodes.GetValueOrDefault(table.Id(row).Value);
        var used = Math.Max(
            Share(capacity.Cpu.Value, free.Cpu.Value),
            Math.Max(Share(capacity.Memory.Value, free.Memory.Value), Share(capacity.Pids, free.Pids)));
        return new NodeRank(
            failures >= FailuresTolerated, ofService, failures, used, table.TaskCount(row), table.Id(row).Value);
    }

    public int CompareTo(NodeRank other)
    {
        var order = Failing.CompareTo(other.Failing);
        if (order == 0) order = OfService.CompareTo(other.OfService);
        if (order == 0) order = Failures.CompareTo(other.Failures);
        if (order == 0) order = UsedShare.CompareTo(other.UsedShare);
        if (order == 0) order = Tasks.CompareTo(other.Tasks);
        return order != 0 ? order : string.CompareOrdinal(Id, other.Id);
    }

    public static bool operator <(NodeRank left, NodeRank right) => left.CompareTo(right) < 0;

    public static bool operator >(NodeRank left, NodeRank right) => left.CompareTo(right) > 0;

    public static bool operator <=(NodeRank left, NodeRank right) => left.CompareTo(right) <= 0;

    public static bool operator >=(NodeRank left, NodeRank right) => left.CompareTo(right) >= 0;

    private static double Share(long capacity, long free) => capacity <= 0 ? 0 : 1 - ((double)free / capacity);
}
