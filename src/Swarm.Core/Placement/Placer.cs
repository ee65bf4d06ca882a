using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Placement;

/// <summary>The placements of one pool: what its nodes report, and what of them is given away.</summary>
/// <remarks>Holds state, as the one who asks is one actor; knows no clock, so the same calls
/// give the same answers. Told in docs/placement.md.</remarks>
public sealed class Placer
{
    private const int AnswersSwept = 1024;

    private static readonly TimeSpan AnswersKept = TimeSpan.FromMinutes(5);

    private readonly NodeTable _table = new();
    private readonly EligibleFollowers _followers = new();
    private readonly StandbyAsks _ahead = new();
    private readonly Dictionary<ServiceName, Answered> _answers = [];
    private ImmutableArray<NodeId> _awaited = [];
    private int _sweepAt = AnswersSwept;

    /// <summary>Every node that has reported, as it last did;
    /// <see cref="NodeListing.Reserved"/> includes what is given away.</summary>
    public ImmutableArray<NodeListing> Nodes =>
    [
        .. RowsInOrder().Select(row =>
        {
            var report = _table.Report(row);
            var used = report.Node.Capacity - _table.Free(row);
            if (report.Node.Capacity.Pids <= 0) used = used with { Pids = report.Reserved.Pids };
            return new NodeListing(
                report.Node, report.Settings, _table.IsReachable(row), used, _table.TaskCount(row));
        }),
    ];

    /// <returns>Null for a report older than one that was kept.</returns>
    public ReportNews? Keep(NodeReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var news = _table.Keep(report);
        if (news?.HasFlag(ReportNews.Arrived) == true) _ahead.Forget(report.Node.Id);
        return news;
    }

    /// <summary>A member of the cluster that is out of reach and has not reported to this placer.</summary>
    public void KeepUnheard(NodeDescription node, NodeSettings settings) => _table.KeepUnheard(node, settings);

    /// <summary>A node that is not there, and may be about to come back: nothing is given to it, and global services
    /// keep what they have there until <see cref="GiveUp"/>.</summary>
    public void Await(NodeId node)
    {
        if (_awaited.Contains(node)) return;
        _awaited = [.. _awaited.Append(node).OrderBy(id => id.Value, StringComparer.Ordinal)];
    }

    /// <summary>A node is not awaited any more: it is there, or will not be.</summary>
    public void GiveUp(NodeId node) => _awaited = _awaited.Remove(node);

    /// <summary>Nothing is given to a node out of reach. A node that has never reported is not
    /// known, and stays so.</summary>
    public void SetReachable(NodeId node, bool reachable)
    {
        _table.SetReachable(node, reachable);
        if (reachable) _ahead.Forget(node);
    }

    /// <summary>The node is gone for good.</summary>
    public void Remove(NodeId node) => _table.Remove(node);

    /// <summary>Chooses a node for each task, and deducts what they take. A request seen
    /// before is answered as before.</summary>
    public PlacementsMade Place(PlaceTasks request, DateTimeOffset now)
    {
        if (_answers.TryGetValue(request.Service, out var last) && last.Answer.Request == request.Request
            && last.Tasks.SequenceEqual(request.Tasks) && last.Bound.SequenceEqual(request.Bound))
        {
            return last.Answer;
        }

        _table.Expire(now);
        var answer = RulesReading.TryRead(request.Rules, out var constraints, out var problem)
            ? new PlacementBatch(_table, request, constraints, now).Place()
            : NoneFor(request, problem);
        Sweep(now);
        _answers[request.Service] = new Answered(request.Tasks, request.Bound, answer, now);
        return answer;
    }

    /// <summary>Notes which nodes shall fetch the image of a service ahead; <see cref="NextAhead"/> gives them out.
    /// </summary>
    public void Prepare(PrepareStandbys told, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(told);
        if (told.Next.Image is not { } image || !RulesReading.TryRead(told.Next.Rules, out var constraints, out _))
            return;
        _table.Expire(now);
        foreach (var node in Standbys.Lacking(_table, told.Next, image, constraints))
            _ahead.Add(new FetchAhead(image, node), now);
    }

    /// <summary>What is to be fetched ahead next; each is given out once, and not again within the hour unless its node
    /// has been away meanwhile. Null when there is nothing.</summary>
    public FetchAhead? NextAhead() => _ahead.Next();

    /// <summary>Answers a global service, and keeps in mind what it was told.</summary>
    public EligibleNodes Answer(GetEligibleNodes asked, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return _followers.Answer(asked, Eligible(asked.Rules), _awaited, now);
    }

    /// <summary>What global services are to be told because it has changed since they were; those that have not asked
    /// for a minute are forgotten.</summary>
    public ImmutableArray<EligibleNodes> ChangedAnswers(DateTimeOffset now) =>
        _followers.Changed(Eligible, _awaited, now);

    /// <summary>The nodes on which a global service with these rules shall have a task, in the order of their
    /// ids.</summary>
    /// <remarks>Whether there is room is not asked, nor whether the node is in reach. A paused node keeps the task
    /// that it has, and is given none; a drained one has none.</remarks>
    public ImmutableArray<NodeId> Eligible(PlacementRules rules)
    {
        ArgumentNullException.ThrowIfNull(rules);
        if (!RulesReading.TryRead(rules, out var constraints, out _)) return [];
        var filter = new PlacementFilter(_table, RulesReading.Nothing(rules), constraints);
        return
        [
            .. RowsInOrder()
                .Where(row => _table.Availability(row) != NodeAvailability.Drain && filter.Constrained(row) is null)
                .Select(_table.Id),
        ];
    }

    /// <summary>The services of which nodes in reach have tasks, in the order of their names.</summary>
    public ImmutableArray<ServiceName> Services =>
    [
        .. Enumerable.Range(0, _table.Count).Where(_table.IsReachable)
            .SelectMany(row => ReportNames.Named(_table.Report(row).Services))
            .Distinct().OrderBy(service => service.Value, StringComparer.Ordinal),
    ];

    /// <summary>What to move so that the pool is spread better.</summary>
    /// <param name="services">All that are known of it: they are taken into account, whether they may be moved or
    /// not.</param>
    /// <param name="onlyWilling">Move only what may be moved without being asked for.</param>
    public RebalancePlan Plan(RequestId request, IEnumerable<RebalanceService> services, bool onlyWilling)
    {
        var all = services
            .Select(service => service with { CanMove = service.CanMove && (service.Willing || !onlyWilling) })
            .ToList();
        var movable = all.Count(service => service.CanMove);
        var moves = RebalancePlanner.Plan(_table, all);
        var reason = !moves.IsEmpty ? ""
            : movable == 0 ? "no service of the pool can be moved now"
            : string.Create(CultureInfo.InvariantCulture, $"{movable} services are spread as well as can be");
        return new RebalancePlan(request, moves, reason);
    }

    /// <summary>Tasks of a service that nodes in reach report.</summary>
    public int TasksOf(ServiceName service) => Enumerable.Range(0, _table.Count).Where(_table.IsReachable)
        .Sum(row => ReportNames.Count(_table.Report(row).Services, service));

    /// <summary>A task has gone from its node, and there are as many of its service again as before.</summary>
    public bool IsMoved(RebalanceMove move, int tasksBefore)
    {
        ArgumentNullException.ThrowIfNull(move);
        return _table.Row(move.From) is { } row
            && !ReportNames.Shows([.. _table.Report(row).Tasks], move.Task) && TasksOf(move.Service) >= tasksBefore;
    }

    private IEnumerable<int> RowsInOrder() => Enumerable.Range(0, _table.Count).OrderBy(_table.Order);

    private static PlacementsMade NoneFor(PlaceTasks request, string reason) => new(
        request.Service, request.Request, [],
        [.. request.Tasks.Union(request.Bound.Select(bound => bound.Task))], reason);

    private void Sweep(DateTimeOffset now)
    {
        if (_answers.Count < _sweepAt) return;
        foreach (var (service, _) in _answers.Where(answer => answer.Value.At <= now - AnswersKept).ToList())
            _answers.Remove(service);
        _sweepAt = Math.Max(AnswersSwept, _answers.Count * 2);
    }

    private sealed record Answered(
        ImmutableArray<TaskId> Tasks, ImmutableArray<TaskPlacement> Bound, PlacementsMade Answer, DateTimeOffset At);
}
