using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Copies;
using Swarm.Runtime.Images;

namespace Swarm.Cluster.Copies;

/// <summary>Has the copies of images on this node: says how it stands with them, and carries out what is decided.
/// </summary>
/// <remarks>What it knows of the store is one whole look at a time, each after the other.</remarks>
internal sealed partial class CopyKeeperActor(
    NodeId node, IImageCopies copies, IActorRef entities, CopyNeighbours others, CopyOptions options,
    TimeProvider time, ILoggerFactory loggers) : UntypedActor, IWithTimers
{
    // An answer has a limit; of an image that has hundreds the first are told.
    private const int NamesMax = 64;

    private readonly ILogger _logger = loggers.CreateLogger<CopyKeeperActor>();
    private readonly CopyFetches _fetches = new(options, time);
    private readonly HashSet<Digest> _dropping = [];
    private readonly List<Action> _afterLook = [];
    private Dictionary<Digest, StoredCopy>? _here;
    private IActorRef _self = ActorRefs.Nobody;
    private IActorRef _teller = ActorRefs.Nobody;
    private bool _isLooking;
    private bool _hasChanged;

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(
        NodeId node, IImageCopies copies, IActorRef entities, CopyNeighbours others, CopyOptions options,
        TimeProvider time, ILoggerFactory loggers) => Akka.Actor.Props.Create(
            () => new CopyKeeperActor(node, copies, entities, others, options, time, loggers));

    protected override void PreStart()
    {
        _self = Self;
        _teller = Context.ActorOf(CopyTellerActor.Props(entities, options), "teller");
        copies.Store.Changed += NoteChange;
        Look();
    }

    protected override void PostStop()
    {
        copies.Store.Changed -= NoteChange;
        _fetches.CancelAll();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            // Until it has looked at its store it knows nothing; who asks asks again.
            case GetImageStanding or KeepImage or ReleaseImage or DropImage when _here is null: break;
            // Decided on what was before: who keeps the copies looks again when it is gone, or stays.
            case KeepImage keep when _leaving.Contains(keep.Image): break;
            case ReleaseImage release when _leaving.Contains(release.Image): break;
            case DropImage drop when _leaving.Contains(drop.Image): break;
            case GetImageStanding get: Sender.Tell(Describe(get.Image)); break;
            case KeepImage keep: Keep(keep); break;
            case ReleaseImage release: Release(release); break;
            case DropImage drop: Drop(drop.Image); break;
            case StoreChanged:
                if (!Timers.IsTimerActive(nameof(LookNow)))
                    Timers.StartSingleTimer(nameof(LookNow), new LookNow(), options.GatherFor);
                break;
            case LookNow or Marked: Look(); break;
            case Seen seen: Take(seen.Copies); break;
            case NotSeen failed: Unsee(failed); break;
            case Fetched fetched: Finish(fetched); break;
            case Dropped dropped: FinishDropping(dropped); break;
            case LetImageGo go: LetGo(go.Image); break;
            case OthersSeen seen: LetGo(seen); break;
            case Left left: Finish(left); break;
            case Completed completed: Finish(completed); break;
            case Undone undone: LogFailed(undone.Deed, undone.Cause); Look(); break;
            default: Unhandled(message); break;
        }
    }

    private void NoteChange() => _self.Tell(new StoreChanged());

    private ImageStanding Describe(Digest image)
    {
        var copy = _here?.GetValueOrDefault(image);
        var free = Bytes.Zero;
        try
        {
            var use = copies.Store.MeasureDisk();
            free = use.Free - options.DiskReserve;
            if (options.Below?.RoomBelow(use) is { } room && room < free) free = room;
        }
        catch (IOException unread)
        {
            LogFailed("measuring the disk", unread.Message);
        }

        return new ImageStanding(
            image, node, StateOf(image), copy is null ? [] : [.. copy.Tags.Union(copy.MarkNames).Take(NamesMax)],
            copy is { IsInUse: true }, copy is null ? 0 : CopyRules.WantedOf(copy.Labels, options.Copies),
            copy?.Size ?? Bytes.Zero, free < Bytes.Zero ? Bytes.Zero : free, _fetches.Count)
        {
            Lists = copy?.Lists ?? [],
        };
    }

    private CopyState StateOf(Digest image) => _here?.GetValueOrDefault(image) switch
    {
        _ when _fetches.Has(image) => CopyState.Fetching,
        { IsHere: true } when _leaving.Contains(image) => CopyState.Spare,
        { IsHere: false, Mark: CopyMark.Refused } => CopyState.Refused,
        { IsHere: true, Tags.IsEmpty: true, Mark: CopyMark.Kept } => CopyState.Kept,
        { IsHere: true, Tags.IsEmpty: true, Mark: CopyMark.Spare } => CopyState.Spare,
        { Counts: true } => CopyState.Owned,
        _ => _fetches.HasFailed(image) ? CopyState.Refused : CopyState.Absent,
    };

    private void Keep(KeepImage keep)
    {
        switch (StateOf(keep.Image))
        {
            case CopyState.Fetching: break;
            case CopyState.Refused:
                Sender.Tell(new ImageKept(keep.Image, node, "it was removed there, or could not be had"));
                break;
            case CopyState.Absent:
                if (!_fetches.TryAdd(keep, Sender))
                    Sender.Tell(new ImageKept(keep.Image, node, "too many other images are on their way there"));
                FetchNext();
                break;
            case CopyState.Kept or CopyState.Spare:
                Mark(keep.Image, CopyMark.Kept, keep.Names);
                Complete(keep);
                break;
            case CopyState.Owned: Complete(keep); break;
        }
    }

    private void FetchNext()
    {
        while (_fetches.Next() is { } next)
        {
            var image = next.Image;
            copies.FetchAsync(image, next.Names, next.Stop.Token).PipeTo(
                Self,
                success: () => new Fetched(image, "", IsStopped: false),
                failure: cause => new Fetched(image, cause.Message, cause is OperationCanceledException));
        }
    }

    private void Finish(Fetched fetched)
    {
        if (fetched.Fault.Length == 0) LogCopied(fetched.Image);
        else if (!fetched.IsStopped) LogNotCopied(fetched.Image, fetched.Fault);
        After(() =>
        {
            var asker = _fetches.Finish(fetched.Image, hasFailed: fetched is { IsStopped: false, Fault.Length: > 0 });
            asker.Tell(new ImageKept(fetched.Image, node, fetched.Fault));
            FetchNext();
        });
    }

    private void Release(ReleaseImage release)
    {
        if (StateOf(release.Image) is CopyState.Kept or CopyState.Spare)
            Mark(release.Image, CopyMark.Spare, release.Names);
    }

    private void Drop(Digest image)
    {
        _fetches.Cancel(image);
        if (StateOf(image) is not (CopyState.Kept or CopyState.Spare) || !_dropping.Add(image)) return;

        LogDrops(image);
        copies.Store.RemoveCopyAsync(image, CancellationToken.None).PipeTo(
            Self, success: _ => new Dropped(image, ""), failure: cause => new Dropped(image, cause.Message));
    }

    private void FinishDropping(Dropped dropped)
    {
        if (dropped.Fault.Length > 0) LogFailed($"removing {dropped.Image}", dropped.Fault);
        After(() => _dropping.Remove(dropped.Image));
    }

    private void Mark(Digest image, CopyMark mark, ImmutableArray<string> names) =>
        copies.Store.MarkAsync(image, mark, names, CancellationToken.None).PipeTo(
            Self, success: () => new Marked(), failure: cause => new Undone($"marking {image}", cause.Message));

    /// <summary>Does something once what is known of the store is newer than this moment.</summary>
    private void After(Action act)
    {
        _afterLook.Add(act);
        Look();
    }

    private void Look()
    {
        _hasChanged = _isLooking;
        if (_isLooking) return;

        _isLooking = true;
        copies.Store.ListCopiesAsync(CancellationToken.None).PipeTo(
            Self, success: seen => new Seen(seen), failure: cause => new NotSeen(cause.Message));
    }

    private void Unsee(NotSeen failed)
    {
        _isLooking = false;
        LogFailed("looking at the store", failed.Cause);
        Timers.StartSingleTimer(nameof(LookNow), new LookNow(), options.TellAgainAfter);
    }

    private void Take(ImmutableArray<StoredCopy> seen)
    {
        _isLooking = false;
        Compare(seen.ToDictionary(copy => copy.Image));
        if (_hasChanged)
        {
            Look();
            return;
        }

        var acts = _afterLook.ToArray();
        _afterLook.Clear();
        foreach (var act in acts) act();
    }

    private void Compare(Dictionary<Digest, StoredCopy> now)
    {
        var before = _here;
        _here = now;
        foreach (var change in CopyChanges.Between(before ?? now, now))
        {
            if (change.Mark is { } mark && !_dropping.Contains(change.Image) && !_fetches.Has(change.Image))
                Mark(change.Image, mark, []);
            if (change.Concerns) _teller.Tell(new CopyTellerActor.Concern(change.Image, change.IsNew));
        }

        _teller.Tell(new CopyTellerActor.Holdings(
            [.. now.Values.Where(copy => copy.Counts).Select(copy => copy.Image)]));
    }

    [LoggerMessage(LogLevel.Information, "Image {Image} was copied here, as the cluster wants it")]
    private partial void LogCopied(Digest image);

    [LoggerMessage(LogLevel.Warning, "Image {Image} could not be copied here: {Reason}. Another node is looked for")]
    private partial void LogNotCopied(Digest image, string reason);

    [LoggerMessage(LogLevel.Information, "The copy of image {Image} is removed: nothing in the cluster means it")]
    private partial void LogDrops(Digest image);

    [LoggerMessage(LogLevel.Warning, "Of the copies of images {Deed} failed: {Reason}")]
    private partial void LogFailed(string deed, string reason);

    private sealed record StoreChanged : INoSerializationVerificationNeeded;

    private sealed record LookNow : INoSerializationVerificationNeeded;

    private sealed record Marked : INoSerializationVerificationNeeded;

    private sealed record Seen(ImmutableArray<StoredCopy> Copies) : INoSerializationVerificationNeeded;

    private sealed record NotSeen(string Cause) : INoSerializationVerificationNeeded;

    private sealed record Fetched(Digest Image, string Fault, bool IsStopped) : INoSerializationVerificationNeeded;

    private sealed record Dropped(Digest Image, string Fault) : INoSerializationVerificationNeeded;

    private sealed record Undone(string Deed, string Cause) : INoSerializationVerificationNeeded;
}
