using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Swarm.Core.Images;

namespace Swarm.Cluster.Hosting;

/// <summary>Asks until every region is known to its coordinator and the journal has answered
/// an entity; then it ends.</summary>
internal sealed class ReadinessActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly HashSet<IActorRef> _waiting;
    private readonly IActorRef _images;
    private readonly TimeSpan _timeout;
    private readonly TaskCompletionSource _ready;
    private bool _journalAnswered;

    public ReadinessActor(
        ImmutableArray<IActorRef> regions, IActorRef images, TimeSpan timeout, TaskCompletionSource ready)
    {
        _waiting = [.. regions];
        _images = images;
        _timeout = timeout;
        _ready = ready;
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(
        ImmutableArray<IActorRef> regions, IActorRef images, TimeSpan timeout, TaskCompletionSource ready) =>
        Akka.Actor.Props.Create(() => new ReadinessActor(regions, images, timeout, ready));

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("ask", new Ask(), TimeSpan.Zero, Period);
        Timers.StartSingleTimer("late", new Late(), _timeout);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Ask: AskAll(); break;
            case Late: _ready.TrySetException(new ClusterStartException(WaitsFor())); Context.Stop(Self); break;
            case RegionKnown known: _waiting.Remove(known.Region); EndIfReady(); break;
            case RegionUnknown: break;
            case ImageMeaning: _journalAnswered = true; EndIfReady(); break;
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
        region.Ask<CurrentRegions>(GetCurrentRegions.Instance, Period * 10).PipeTo(
            Self,
            success: known => known.Regions.Contains(self) ? new RegionKnown(region) : new RegionUnknown(),
            failure: _ => new RegionUnknown());
    }

    private void EndIfReady()
    {
        if (_waiting.Count > 0 || !_journalAnswered) return;

        _ready.TrySetResult();
        Context.Stop(Self);
    }

    private string WaitsFor() =>
        !_cluster.State.Members.Any(member => member.Address == _cluster.SelfAddress)
            ? $"{_cluster.SelfAddress} did not become a member of the cluster within {_timeout}: no seed answered"
            : _waiting.Count > 0
                ? $"the entities' regions were not ready within {_timeout}"
                : $"the journal did not answer within {_timeout}";

    private sealed record RegionKnown(IActorRef Region) : INoSerializationVerificationNeeded;

    private sealed record RegionUnknown : INoSerializationVerificationNeeded;

    private sealed record Ask : INoSerializationVerificationNeeded;

    private sealed record Late : INoSerializationVerificationNeeded;
}
