using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Hosting;

/// <summary>Shuts out of the cluster who is not to go on, when members miss each other; this node, too.</summary>
/// <remarks>
/// <see cref="Resolution"/> decides. While somebody is out of reach every member asks all others whether they are
/// there, and whom they miss. Of those that go on the first one acts; who is left behind ends by itself.
/// </remarks>
internal sealed partial class ResolverActor : UntypedActor, IWithTimers
{
    /// <summary>Where it stands on every node: Akka starts it.</summary>
    private const string OwnPath = "system/cluster/core/daemon/downingProvider";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Who has not answered for so long is missed: several questions were asked meanwhile.</summary>
    private static readonly TimeSpan WordHolds = TimeSpan.FromMilliseconds(1500);

    /// <summary>Somebody else misses someone as long as he asks.</summary>
    private static readonly TimeSpan AlertHolds = TimeSpan.FromSeconds(3);

    private readonly Akka.Cluster.Cluster _cluster;
    private readonly TimeSpan _stableAfter;
    private readonly TimeProvider _time;
    private readonly ILogger<ResolverActor> _logger;
    private readonly long _started;
    private readonly Dictionary<string, (ReachAnswer Answer, TimeSpan At)> _heard = new(StringComparer.Ordinal);
    private ImmutableHashSet<UniqueAddress> _missed = [];
    private ImmutableHashSet<string>? _goOn;
    private TimeSpan _changedAt;
    private TimeSpan? _lookingSince;
    private TimeSpan? _alertedAt;
    private long _round;

    public ResolverActor(
        Akka.Cluster.Cluster cluster, TimeSpan stableAfter, TimeProvider time, ILogger<ResolverActor> logger)
    {
        (_cluster, _stableAfter, _time, _logger) = (cluster, stableAfter, time, logger);
        _started = time.GetTimestamp();
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    private TimeSpan Now => _time.GetElapsedTime(_started);

    private string OwnAddress => _cluster.SelfAddress.ToString();

    protected override void PreStart() => Timers.StartPeriodicTimer("look", new Look(), LookEvery);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Look: LookAround(_cluster.State, Now); break;
            case AskReach ask: Answer(ask, Now); break;
            case ReachAnswer answer: _heard[answer.Address] = (answer, Now); break;
            default: Unhandled(message); break;
        }
    }

    private void Answer(AskReach ask, TimeSpan now)
    {
        _alertedAt = now;
        var others = Counted(_cluster.State).Select(member => member.Address.ToString());
        Sender.Tell(new ReachAnswer(OwnAddress, ask.Round)
        {
            HasLooked = HasLooked(now),
            Missed = HasLooked(now) ? [.. others.Where(other => IsMissed(other, now))] : [],
        });
    }

    private void LookAround(ClusterEvent.CurrentClusterState state, TimeSpan now)
    {
        var members = Counted(state);
        if (!members.Exists(member => member.UniqueAddress == _cluster.SelfUniqueAddress)) return;

        var missed = state.Unreachable.Where(IsCounted).Select(member => member.UniqueAddress).ToImmutableHashSet();
        if (!missed.SetEquals(_missed)) (_missed, _changedAt, _goOn) = (missed, now, null);
        if (missed.IsEmpty && !(now - _alertedAt < AlertHolds))
        {
            _lookingSince = null;
            return;
        }

        if (_lookingSince is null)
        {
            _lookingSince = now;
            _heard.Clear();
        }

        var ask = new AskReach(++_round);
        foreach (var member in members.Where(member => member.UniqueAddress != _cluster.SelfUniqueAddress))
            Context.ActorSelection($"{member.Address}/{OwnPath}").Tell(ask);
        if (!missed.IsEmpty && now - _changedAt >= _stableAfter && HasLooked(now)) Decide(members, now);
    }

    private void Decide(List<Member> members, TimeSpan now)
    {
        var goOn = Resolution.GoOn(
            [.. members.Select(member => new ResolvedMember(member.Address.ToString(), IsVoter(member)))],
            [.. Missing(members, now)]);
        var isSettled = _goOn is { } before && before.SetEquals(goOn);
        _goOn = goOn;
        if (!isSettled) return;

        var behind = members.Where(member => !goOn.Contains(member.Address.ToString())).ToList();
        if (!goOn.Contains(OwnAddress))
        {
            LogEnds(string.Join(", ", _missed.Select(one => one.Address)));
            _cluster.Down(_cluster.SelfAddress);
        }
        else if (members.Find(member => goOn.Contains(member.Address.ToString()))!.Address == _cluster.SelfAddress)
        {
            foreach (var member in behind)
            {
                LogShutOut(member.Address);
                _cluster.Down(member.Address);
            }
        }
    }

    private IEnumerable<(string By, string Missed)> Missing(List<Member> members, TimeSpan now)
    {
        foreach (var member in members.Select(member => member.Address.ToString()).Where(one => one != OwnAddress))
        {
            if (IsMissed(member, now)) yield return (OwnAddress, member);
            else foreach (var missed in _heard[member].Answer.Missed) yield return (member, missed);
        }

        // Who answers, and whose heartbeats are not heard all the same, holds the whole cluster up.
        if (now - _changedAt < 10 * _stableAfter) yield break;
        foreach (var missed in _missed)
        {
            foreach (var member in members.Where(member => !_missed.Contains(member.UniqueAddress)))
                yield return (member.Address.ToString(), missed.Address.ToString());
        }
    }

    private bool HasLooked(TimeSpan now) => now - _lookingSince >= WordHolds;

    private bool IsMissed(string address, TimeSpan now) =>
        address != OwnAddress && !(_heard.TryGetValue(address, out var heard) && now - heard.At < WordHolds);

    private static List<Member> Counted(ClusterEvent.CurrentClusterState state) =>
        [.. state.Members.Where(IsCounted).Order()];

    private static bool IsCounted(Member member) => member.Status is not (MemberStatus.Down or MemberStatus.Exiting);

    private static bool IsVoter(Member member) =>
        member.Status is MemberStatus.Up or MemberStatus.Leaving && member.HasRole(ClusterRoles.Scheduler);

    [LoggerMessage(LogLevel.Warning, "{Address} is shut out of the cluster: not all of those that go on reach it")]
    private partial void LogShutOut(Address address);

    [LoggerMessage(LogLevel.Warning,
        "This node leaves the cluster to others, or ends with it: out of reach of one another are {Missed}")]
    private partial void LogEnds(string missed);

    private sealed record Look : INoSerializationVerificationNeeded;
}
