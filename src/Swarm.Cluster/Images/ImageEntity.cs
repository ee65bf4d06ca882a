using Akka.Actor;
using Akka.Persistence;
using Microsoft.Extensions.Logging;
using Swarm.Cluster.Hosting;
using Swarm.Core.Images;
using Swarm.Core.Services;

namespace Swarm.Cluster.Images;

/// <summary>Keeps what the tags of one repository name mean, cluster-wide.</summary>
/// <remarks><see cref="ImageRules"/> decides. It rests when nobody asks, and comes back from the journal.</remarks>
internal sealed partial class ImageEntity : UntypedPersistentActor
{
    private readonly ILogger<ImageEntity> _logger;
    private readonly SnapshotSchedule _snapshots = new(everyEvents: 50);
    private ImageRepository _repository;
    private IActorRef _asking = ActorRefs.Nobody;

    public ImageEntity(string id, ILogger<ImageEntity> logger)
    {
        PersistenceId = "image-" + id;
        _repository = ImageRepository.Empty(id);
        _logger = logger;
    }

    public override string PersistenceId { get; }

    public static Props Props(string id, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new ImageEntity(id, loggers.CreateLogger<ImageEntity>()));

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer { Snapshot: ImageRepository kept } offer:
                _repository = kept;
                _snapshots.Recovered(offer.Metadata.SequenceNr);
                break;
            case ImageEvent happened: _repository = ImageRules.Apply(_repository, happened); break;
            case RecoveryCompleted: break;
            default: Unhandled(message); break;
        }
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case GetImage get: Sender.Tell(ImageRules.Meaning(_repository, get.Tag)); break;
            case NameImage name:
                Keep(ImageRules.Name(_repository, name), new ImageNamed(name.Request, name.Repository, name.Tag));
                break;
            case UnnameImage unname:
                Keep(ImageRules.Unname(_repository, unname),
                    new ImageNamed(unname.Request, unname.Repository, unname.Tag));
                break;
            case SaveSnapshotSuccess saved: Trim(_snapshots.Saved(saved.Metadata.SequenceNr)); break;
            case SaveSnapshotFailure failed:
                _snapshots.Failed();
                LogSnapshotFailed(_repository.Name, failed.Cause);
                break;
            case DeleteMessagesSuccess or DeleteSnapshotsSuccess or DeleteMessagesFailure or DeleteSnapshotsFailure:
                break;
            default: Unhandled(message); break;
        }
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        LogNotKept(_repository.Name, cause);
        _asking.Tell(Unkept.Because(cause));
    }

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        LogNotKept(_repository.Name, cause);
        _asking.Tell(new RequestRefused($"the journal did not take it: {cause.Message}"));
    }

    private void Keep(ImageEvent? happened, ImageNamed answer)
    {
        var asking = Sender;
        if (happened is null)
        {
            asking.Tell(answer);
            return;
        }

        _asking = asking;
        Persist(happened, kept =>
        {
            _repository = ImageRules.Apply(_repository, kept);
            _asking = ActorRefs.Nobody;
            asking.Tell(answer);
            if (!_snapshots.IsDue(LastSequenceNr)) return;

            _snapshots.Began();
            SaveSnapshot(_repository);
        });
    }

    private void Trim(long upTo)
    {
        if (upTo <= 0) return;

        DeleteMessages(upTo);
        DeleteSnapshots(new SnapshotSelectionCriteria(upTo - 1));
    }

    [LoggerMessage(LogLevel.Error, "The journal did not take a change of image {Repository}")]
    private partial void LogNotKept(string repository, Exception cause);

    [LoggerMessage(LogLevel.Warning, "No snapshot of image {Repository} could be kept; its events are")]
    private partial void LogSnapshotFailed(string repository, Exception cause);
}
