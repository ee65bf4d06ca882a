using System.Collections.Immutable;
using Swarm.Core.Images;

namespace Swarm.Core.Placement;

/// <summary>The nodes to which tasks of a service would go if one of its nodes were lost.</summary>
/// <remarks>Each of its nodes by itself, and one task of each: nodes rarely fail together, and copies take room.
/// Told in docs/replication.md.</remarks>
internal static class Standbys
{
    // Tasks of further nodes would mostly go where those of these do.
    private const int NodesMax = 32;

    /// <returns>Those that lack the image; none while no node of the service has it, and could give it.</returns>
    public static ImmutableArray<NodeId> Lacking(
        NodeTable table, PlaceTasks next, Digest image, ImmutableArray<PlacementConstraint> constraints)
    {
        var mark = ImageMarks.Of(image);
        var used = next.RunningPerNode.Keys.Select(node => table.Row(new NodeId(node))).OfType<int>()
            .Where(table.IsReachable).Take(NodesMax).ToList();
        if (!used.Any(Has)) return [];

        return [.. used.Select(StandbyOf).OfType<int>().Where(row => !Has(row)).Distinct().Select(table.Id)];

        bool Has(int row) => ImageMarks.ShowsImage(table.Report(row), mark);

        int? StandbyOf(int lost)
        {
            var left = next.RunningPerNode.Remove(table.Id(lost).Value);
            return new PlacementChoice(table, next with { RunningPerNode = left }, constraints, lost).Next();
        }
    }
}
