using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Hosting;

/// <summary>Shuts out of the cluster who is not to go on, when members miss each other; this node, too.</summary>
/// <remarks>
/// <see cref="Resolution"/> decides, by what <see cref="LookAround"/> has heard. While somebody is out of reach every
/// member asks all others whether they are there, and whom they miss. Of those that go on the first one acts; who is
/// left behind ends by itself.
/// </remarks>
internal sealed partial class ResolverActor : UntypedActor, IWithTimers
{
    /// <summary>Where it stands on every node: Akka starts it.</summary>
    private const string OwnPath = "system/cluster/core/daemon/downingProvider";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Somebody else misses someone as long as he asks.</summary>
    private static readonly TimeSpan AlertHolds = TimeSpan.FromSeconds(3);

    private readonly Akka.Cluster.Cluster _cluster;
    private readonly TimeSpan _stableAfter;
    private readonly TimeSpan _wordHolds;
    private readonly TimeProvider _time;
    private readonly ILogger<ResolverActor> _logger;
    private readonly long _started;
    private LookAround? _around;
    private ImmutableHashSet<UniqueAddress> _missed = [];
    private ImmutableHashSet<string>? _goOn;
    private TimeSpan _changedAt;
    private TimeSpan? _alertedAt;
    private long _round;

    /// <param name="wordHolds">How long a member may be silent: see <see cref="LookAround.WordHolds"/>.</param>
    public ResolverActor(
        Akka.Cluster.Cluster cluster, TimeSpan stableAfter, TimeSpan wordHolds, TimeProvider time,
        ILogger<ResolverActor> logger)
    {
        (_cluster, _stableAfter, _wordHolds, _time, _logger) = (cluster, stableAfter, wordHolds, time, logger);
        _started = time.GetTimestamp();
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    private TimeSpan Now => _time.GetElapsedTime(_started);

    private string OwnName => NameOf(_cluster.SelfUniqueAddress);

    protected override void PreStart() => Timers.StartPeriodicTimer("look", new Look(), LookEvery);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Look: LookAtAll(_cluster.State, Now); break;
            case AskReach ask: Answer(ask, Now); break;
            case ReachAnswer answer: _around = _around?.Take(answer, Now); break;
            default: Unhandled(message); break;
        }
    }

    private void Answer(AskReach ask, TimeSpan now)
    {
        _alertedAt = now;
        var (address, uid) = (_cluster.SelfAddress.ToString(), _cluster.SelfUniqueAddress.Uid);
        var answer = new ReachAnswer(address, ask.Round) { Uid = uid };
        if (_around is { } around && around.KnowsWhoIsThere(now))
        {
            answer = answer with { HasLooked = true, Missed = around.Missed(All(_cluster.State), now) };
        }

        Sender.Tell(answer);
    }

    private void LookAtAll(ClusterEvent.CurrentClusterState state, TimeSpan now)
    {
        var members = Counted(state);
        if (!members.Exists(member => member.UniqueAddress == _cluster.SelfUniqueAddress)) return;

        var missed = state.Unreachable.Where(IsCounted).Select(member => member.UniqueAddress).ToImmutableHashSet();
        if (!missed.SetEquals(_missed)) (_missed, _changedAt, _goOn) = (missed, now, null);
        if (missed.IsEmpty && !(now - _alertedAt < AlertHolds))
        {
            _around = null;
            return;
        }

        _around ??= LookAround.Begin(OwnName, _wordHolds, now);
        var ask = new AskReach(++_round);
        foreach (var member in state.Members.Where(member => member.UniqueAddress != _cluster.SelfUniqueAddress))
            Context.ActorSelection($"{member.Address}/{OwnPath}").Tell(ask);
        if (!missed.IsEmpty && now - _changedAt >= _stableAfter && _around.KnowsWhatOthersKnow(now))
            Decide(members, _around, now);
    }

    private void Decide(List<Member> members, LookAround around, TimeSpan now)
    {
        var beating = members.Where(member => !_missed.Contains(member.UniqueAddress));
        if (!HoldsUp(now) && !around.HasTheWordOf(beating.Select(member => NameOf(member.UniqueAddress)), now))
        {
            _goOn = null;
            return;
        }

        ImmutableArray<(string By, string Missed)> missing = [.. Missing(members, around, now)];
        var goOn = Resolution.GoOn(
            [.. members.Select(member => new ResolvedMember(NameOf(member.UniqueAddress), IsVoter(member)))], missing);
        var isSettled = _goOn is { } before && before.SetEquals(goOn);
        _goOn = goOn;
        if (!isSettled) return;

        var behind = members.Where(member => !goOn.Contains(NameOf(member.UniqueAddress))).ToList();
        if (!goOn.Contains(OwnName))
        {
            LogEnds(Told(missing));
            _cluster.Down(_cluster.SelfAddress);
        }
        else if (NameOf(members.Except(behind).First().UniqueAddress) == OwnName)
        {
            foreach (var member in behind)
            {
                LogShutOut(member.Address, Told(missing));
                _cluster.Down(member.Address);
            }
        }
    }

    private IEnumerable<(string By, string Missed)> Missing(List<Member> members, LookAround around, TimeSpan now)
    {
        foreach (var missing in around.Missing(members.Select(member => NameOf(member.UniqueAddress)), now))
            yield return missing;

        if (!HoldsUp(now)) yield break;
        foreach (var missed in _missed)
        {
            foreach (var member in members.Where(member => !_missed.Contains(member.UniqueAddress)))
                yield return (NameOf(member.UniqueAddress), NameOf(missed));
        }
    }

    /// <summary>Whether too long goes by because of a member of which either answers or heartbeats come, and not
    /// both.</summary>
    private bool HoldsUp(TimeSpan now) => now - _changedAt >= 10 * _stableAfter;

    private static string Told(ImmutableArray<(string By, string Missed)> missing) =>
        string.Join(", ", missing.Select(one => $"{one.By} misses {one.Missed}"));

    private static string NameOf(UniqueAddress member) =>
        LookAround.NameOf(member.Address.ToString(), member.Uid);

    /// <summary>Also those that are shut out already: who has not heard of that yet counts them, and would find that
    /// this node misses nobody.</summary>
    private static IEnumerable<string> All(ClusterEvent.CurrentClusterState state) =>
        state.Members.Select(member => NameOf(member.UniqueAddress));

    private static List<Member> Counted(ClusterEvent.CurrentClusterState state) =>
        [.. state.Members.Where(IsCounted).Order()];

    private static bool IsCounted(Member member) => member.Status is not (MemberStatus.Down or MemberStatus.Exiting);

    private static bool IsVoter(Member member) =>
        member.Status is MemberStatus.Up or MemberStatus.Leaving && member.HasRole(ClusterRoles.Scheduler);

    [LoggerMessage(LogLevel.Warning,
        "{Address} is shut out of the cluster, not all of those that go on reach it: {Missing}")]
    private partial void LogShutOut(Address address, string missing);

    [LoggerMessage(LogLevel.Warning,
        "This node leaves the cluster to others, or ends with it: {Missing}")]
    private partial void LogEnds(string missing);

    private sealed record Look : INoSerializationVerificationNeeded;
}
