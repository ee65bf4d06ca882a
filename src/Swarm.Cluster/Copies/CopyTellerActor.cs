using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Swarm.Core.Images;

namespace Swarm.Cluster.Copies;

/// <summary>Tells those who keep the copies of the images of this node when they are to look.</summary>
/// <remarks>
/// At once when an image has changed here; all when a node has been away for long, when one has come, and now and then.
/// Each is told again until it has heard, those first that were told the least often: so those that never hear keep
/// nobody waiting. Not while a node is away that may only be started again.
/// </remarks>
internal sealed class CopyTellerActor(IActorRef entities, CopyOptions options) : UntypedActor, IWithTimers
{
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly HashSet<Address> _away = [];

    // Images whose keepers have not heard yet.
    private readonly Dictionary<Digest, Untold> _untold = [];
    private ImmutableArray<Digest> _held = [];

    // Since it was last time to tell again.
    private int _told;

    // Before the first look others may not have come yet.
    private bool _hasLooked;

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    private bool AreAllThere => _hasLooked && _away.Count == 0;

    public static Props Props(IActorRef entities, CopyOptions options) =>
        Akka.Actor.Props.Create(() => new CopyTellerActor(entities, options));

    protected override void PreStart()
    {
        _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsSnapshot,
            typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        // The whole cluster may have been started just now.
        LookIn(options.LostAfter);
    }

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Holdings holdings: _held = holdings.Images; break;
            case Concern concern:
                Note(concern.Image, concern.IsNew || AreAllThere);
                Tell([concern.Image]);
                break;
            case ImageLookedAfter heard: _untold.Remove(heard.Image); break;
            case TellAgain: TellAll(); break;
            case LookAtAll: LookAtEach(); break;
            case ClusterEvent.UnreachableMember gone: Lose(gone.Member); break;
            case ClusterEvent.MemberRemoved removed: Lose(removed.Member); break;
            case ClusterEvent.ReachableMember back: Find(back.Member); break;
            case ClusterEvent.MemberUp up: Find(up.Member); break;
            case ClusterEvent.IClusterDomainEvent or ClusterEvent.CurrentClusterState: break;
            default: Unhandled(message); break;
        }
    }

    private void Lose(Member member)
    {
        if (member.Address == _cluster.SelfAddress || !_away.Add(member.Address)) return;
        LookIn(options.LostAfter);
    }

    private void Find(Member member)
    {
        if (member.Address == _cluster.SelfAddress) return;
        _away.Remove(member.Address);
        if (AreAllThere) LookIn(options.SettleFor);
    }

    private void LookIn(TimeSpan delay) => Timers.StartSingleTimer(nameof(LookAtAll), new LookAtAll(), delay);

    private void LookAtEach()
    {
        _away.Clear(); // whoever is away still is lost
        _hasLooked = true;
        foreach (var image in _held) Note(image, mayAct: true);
        TellAll();
        LookIn(options.LookEvery);
    }

    private void Note(Digest image, bool mayAct)
    {
        var before = _untold.GetValueOrDefault(image);
        _untold[image] = before with { MayAct = mayAct || before.MayAct };
    }

    private void TellAll() => Tell([.. _untold.OrderBy(one => one.Value.Times).Select(one => one.Key)]);

    /// <summary>Tells as many as may be told until the next time.</summary>
    private void Tell(ImmutableArray<Digest> images)
    {
        if (!Timers.IsTimerActive(nameof(TellAgain))) _told = 0;
        var next = images[..Math.Min(images.Length, options.ToldAtOnce - _told)];
        _told += next.Length;
        foreach (var image in next)
        {
            var (mayAct, times) = _untold[image];
            entities.Tell(new LookAfterImage(image, mayAct));
            // Who does not hear so often hears at the next look at all, or when something changes.
            if (times + 1 < options.ToldTimesMax) _untold[image] = new Untold(mayAct, times + 1);
            else _untold.Remove(image);
        }

        if (_untold.Count > 0 && !Timers.IsTimerActive(nameof(TellAgain)))
            Timers.StartSingleTimer(nameof(TellAgain), new TellAgain(), options.TellAgainAfter);
    }

    /// <summary>Something is other than before with an image of this node.</summary>
    internal sealed record Concern(Digest Image, bool IsNew) : INoSerializationVerificationNeeded;

    /// <summary>The images of this node.</summary>
    internal sealed record Holdings(ImmutableArray<Digest> Images) : INoSerializationVerificationNeeded;

    /// <param name="MayAct">Whether they may act on what they see.</param>
    /// <param name="Times">How often they were told.</param>
    private readonly record struct Untold(bool MayAct, int Times);

    private sealed record TellAgain : INoSerializationVerificationNeeded;

    private sealed record LookAtAll : INoSerializationVerificationNeeded;
}
