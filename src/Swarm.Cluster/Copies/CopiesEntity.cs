using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;

namespace Swarm.Cluster.Copies;

/// <summary>Keeps a set number of copies of one image alive.</summary>
/// <remarks>
/// It knows nothing of before: told that something may have changed, it asks all nodes in reach, and
/// <see cref="CopyRules"/> decides. It rests when there is nothing to do. Drawn in docs/replication.md.
/// </remarks>
internal sealed partial class CopiesEntity(Digest image, CopyNeighbours others, ILogger<CopiesEntity> logger)
    : UntypedActor, IWithTimers
{
    // A node that does not answer is waited for so often; then until something changes, or the next round of all.
    private const int LooksInVainMax = 4;

    private static readonly TimeSpan RestAfter = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan LookAgainFirst = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan LookAgainMax = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = logger;
    private bool _isLooking;
    private bool _hasChanged;
    private bool _mayAct;
    private ImmutableHashSet<NodeId> _ahead = [];
    private int _looksInVain;
    private TimeSpan _lookAgain = LookAgainFirst;

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(string id, CopyNeighbours others, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new CopiesEntity(
            new Digest(id), others, loggers.CreateLogger<CopiesEntity>()));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case LookAfterImage look:
                Sender.Tell(new ImageLookedAfter(look.Image));
                _mayAct |= look.MayAct;
                (_looksInVain, _lookAgain) = (0, LookAgainFirst);
                Look();
                break;
            case FetchAhead ahead:
                _ahead = _ahead.Add(ahead.Node);
                (_looksInVain, _lookAgain) = (0, LookAgainFirst);
                Look();
                break;
            case ImageKept: _lookAgain = LookAgainFirst; Look(); break;
            case LookAgain: Look(); break;
            case Looked looked: _isLooking = false; Take(looked); break;
            case LookFailed failed:
                _isLooking = false;
                LogNotSeen(image, failed.Reason);
                Wait(isUnderWay: true, isInVain: true);
                break;
            case Rest: Context.Parent.Tell(new Passivate(PoisonPill.Instance)); break;
            default: Unhandled(message); break;
        }
    }

    private void Look()
    {
        Timers.CancelAll();
        _hasChanged = _isLooking;
        if (_isLooking) return;

        _isLooking = true;
        new CopyLook(others, image).RunAsync().PipeTo(
            Self,
            success: seen => new Looked(seen.View, seen.Addresses),
            failure: cause => new LookFailed(cause.Message));
    }

    private void Take(Looked looked)
    {
        if (_hasChanged)
        {
            Look();
            return;
        }

        var decided = CopyRules.Decide(looked.View with { Ahead = _ahead }, _mayAct);
        if (looked.View.IsComplete) _ahead = [];
        var names = looked.View.Names;
        foreach (var node in decided.Keep)
            Tell(looked, node, new KeepImage(image, names) { Lists = looked.View.ListsToKeep });
        foreach (var node in decided.Release) Tell(looked, node, new ReleaseImage(image, names));
        foreach (var node in decided.Drop) Tell(looked, node, new DropImage(image));
        Wait(decided.IsUnderWay, isInVain: !looked.View.IsComplete);
    }

    private void Tell(Looked looked, NodeId node, object order) =>
        others.FindKeeper(looked.Addresses[node]).Tell(order, Self);

    private void Wait(bool isUnderWay, bool isInVain)
    {
        _looksInVain = isInVain ? _looksInVain + 1 : 0;
        if (isUnderWay && _looksInVain <= LooksInVainMax)
        {
            Timers.StartSingleTimer(nameof(LookAgain), new LookAgain(), _lookAgain);
            _lookAgain = TimeSpan.FromTicks(Math.Min(2 * _lookAgain.Ticks, LookAgainMax.Ticks));
            return;
        }

        _mayAct = false;
        Timers.StartSingleTimer(nameof(Rest), new Rest(), RestAfter);
    }

    [LoggerMessage(LogLevel.Debug, "Where image {Image} is was not found out: {Reason}")]
    private partial void LogNotSeen(Digest image, string reason);

    private sealed record Looked(CopyView View, ImmutableDictionary<NodeId, string> Addresses)
        : INoSerializationVerificationNeeded;

    private sealed record LookFailed(string Reason) : INoSerializationVerificationNeeded;

    private sealed record LookAgain : INoSerializationVerificationNeeded;

    private sealed record Rest : INoSerializationVerificationNeeded;
}
