using System.Collections.Immutable;

namespace Swarm.Core.Placement;

/// <summary>Which tasks to move so that a pool is spread better: one task after the other.</summary>
/// <remarks>
/// Every move makes a list of numbers smaller, in the order in which the placer weighs them: unmet affinities, the
/// squares of the tasks in each place of a label, the squares of the tasks on each node, and at last how full the
/// fullest nodes are. So planning ends, and what was moved is never moved back. Moves are tried until none is left;
/// the plan is the difference, in an order in which there is room for each. A move for which there is none in any
/// order (two tasks that would have to change places) is left out, and a plan made afterwards may have another
/// instead: else that is empty. Told in docs/placement.md.
/// </remarks>
internal static class RebalancePlanner
{
    /// <summary>So many fit into one message; who wants more asks again.</summary>
    public const int MostMoves = 200;

    // Of moves for trial: with so many, a pool is as good as balanced, and the plan would be cut anyway.
    private const int MostTrials = 10_000;

    public static ImmutableArray<RebalanceMove> Plan(NodeTable table, IEnumerable<RebalanceService> services)
    {
        var all = services.OrderBy(service => service.Name.Value, StringComparer.Ordinal).ToList();

        // Who others want to be near to or apart from stays: what they were placed by stays true.
        var wanted = all.SelectMany(service => service.Rules.Affinities
            .Where(rule => rule.Service != service.Name).Select(rule => rule.Service)).ToHashSet();
        var movable = all.Where(service => service.CanMove && !wanted.Contains(service.Name)).ToList();
        var trials = Movers(table, movable);
        for (var (before, made) = (-1, 0); before < made && made < MostTrials;)
        {
            before = made;
            foreach (var mover in trials)
            {
                while (made < MostTrials && mover.Improve()) made++;
            }
        }

        return InOrder(trials.Select(mover => mover.Net()), Movers(table, movable));
    }

    /// <summary>One after the other, each when there is room for it.</summary>
    private static ImmutableArray<RebalanceMove> InOrder(
        IEnumerable<IEnumerable<(int From, int To)>> wanted, List<RebalanceMover> movers)
    {
        var left = wanted.Zip(movers).SelectMany(pair => pair.First.Select(way => (way.From, way.To, pair.Second)))
            .ToList();
        var moves = ImmutableArray.CreateBuilder<RebalanceMove>();
        for (var before = -1; before < moves.Count && moves.Count < MostMoves;)
        {
            before = moves.Count;
            left.RemoveAll(way =>
            {
                if (moves.Count >= MostMoves || way.Second.Move(way.From, way.To) is not { } move) return false;
                moves.Add(move);
                return true;
            });
        }

        return moves.ToImmutable();
    }

    private static List<RebalanceMover> Movers(NodeTable table, List<RebalanceService> services)
    {
        var load = new PoolLoad(table);
        return [.. services.Select(service => RebalanceMover.Of(table, load, service)).OfType<RebalanceMover>()];
    }
}
