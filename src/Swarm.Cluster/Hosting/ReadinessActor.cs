using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Swarm.Core.Images;

namespace Swarm.Cluster.Hosting;

/// <summary>Asks until every region is known to its coordinator and the journal has answered
/// an entity, waits for the first whole list of services, and ends.</summary>
internal sealed class ReadinessActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly HashSet<IActorRef> _waiting;
    private readonly IActorRef _images;
    private readonly IActorRef _formation;
    private readonly ClusterOptions _options;
    private readonly Props _firstList;
    private readonly TaskCompletionSource _ready;
    private bool _journalAnswered;

    public ReadinessActor(
        ImmutableArray<IActorRef> regions, IActorRef images, IActorRef formation, ClusterOptions options,
        Props firstList, TaskCompletionSource ready)
    {
        _waiting = [.. regions];
        _images = images;
        _formation = formation;
        _options = options;
        _firstList = firstList;
        _ready = ready;
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(
        ImmutableArray<IActorRef> regions, IActorRef images, IActorRef formation, ClusterOptions options,
        Props firstList, TaskCompletionSource ready) =>
        Akka.Actor.Props.Create(() => new ReadinessActor(regions, images, formation, options, firstList, ready));

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("ask", new Ask(), TimeSpan.Zero, Period);
        Timers.StartSingleTimer("late", new Late(), _options.StartTimeout);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Ask: AskAll(); break;
            case Late: Explain(); break;
            case string explanation: Fail(explanation); break;
            case JournalProbed probed: Fail(Describe(probed.Fault)); break;
            case RegionKnown known: _waiting.Remove(known.Region); ListIfAnswered(); break;
            case RegionUnknown: break;
            case ImageMeaning: _journalAnswered = true; ListIfAnswered(); break;
            case Terminated: End(); break; // the list is there
            default: Unhandled(message); break;
        }
    }

    private void AskAll()
    {
        foreach (var region in _waiting) AskRegion(region);
        if (!_journalAnswered) _images.Tell(new GetImage("swarm/ready", "latest"));
    }

    // The answer comes from the coordinator, so only the question knows which region it is about.
    private void AskRegion(IActorRef region)
    {
        var self = _cluster.SelfAddress;
        var isScheduler = _cluster.SelfRoles.Contains(ClusterRoles.Scheduler);
        region.Ask<CurrentRegions>(GetCurrentRegions.Instance, Period * 10).PipeTo(
            Self,
            success: known => (isScheduler ? known.Regions.Contains(self) : known.Regions.Count > 0)
                ? new RegionKnown(region)
                : new RegionUnknown(),
            failure: _ => new RegionUnknown());
    }

    private void ListIfAnswered()
    {
        if (_waiting.Count > 0 || !_journalAnswered || !Context.Child("list").IsNobody()) return;

        Timers.CancelAll();
        Context.Watch(Context.ActorOf(_firstList, "list"));
    }

    private void End()
    {
        _ready.TrySetResult();
        Context.Stop(Self);
    }

    private void Explain()
    {
        Timers.CancelAll();
        if (_cluster.SelfMember.Status != MemberStatus.Up) _formation.Tell(new ExplainFormation());
        else
        {
            JournalProbe.FindFaultAsync(_options.Journal).PipeTo(
                Self, success: fault => new JournalProbed(fault), failure: cause => new JournalProbed(cause.Message));
        }
    }

    private string Describe(string? journalFault) =>
        journalFault is not null ? $"the journal does not answer: {journalFault}"
        : _waiting.Count > 0 ? "the entities' regions are not ready"
        : "the journal has not answered an entity";

    private void Fail(string reason)
    {
        var what = $"this node could not take up work within {_options.StartTimeout.TotalSeconds} s: {reason}";
        _ready.TrySetException(new ClusterStartException(what));
        Context.Stop(Self);
    }

    private sealed record RegionKnown(IActorRef Region) : INoSerializationVerificationNeeded;

    private sealed record RegionUnknown : INoSerializationVerificationNeeded;

    private sealed record JournalProbed(string? Fault) : INoSerializationVerificationNeeded;

    private sealed record Ask : INoSerializationVerificationNeeded;

    private sealed record Late : INoSerializationVerificationNeeded;
}
