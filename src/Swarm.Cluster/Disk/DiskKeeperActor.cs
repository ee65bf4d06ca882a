using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Cluster.Copies;
using Swarm.Core.Nodes;
using Swarm.Images.Collecting;
using Swarm.Runtime.Images;

namespace Swarm.Cluster.Disk;

/// <summary>Measures the disk of this node, has room made on it, and tells the node when it is full.</summary>
/// <remarks>At /user/disk. <see cref="DiskMarks"/> decide when. Drawn in docs/disk.md.</remarks>
internal sealed partial class DiskKeeperActor(
    IHostDisk disk, IActorRef copies, IActorRef node, DiskOptions options, ILogger<DiskKeeperActor> logger)
    : UntypedActor, IWithTimers
{
    /// <summary>The name under which it is started.</summary>
    public const string Name = "disk";

    // Longer than the keeper of copies waits for other nodes, and removes one image.
    private static readonly TimeSpan AnswerMax = TimeSpan.FromMinutes(5);

    private readonly ILogger _logger = logger;
    private bool _isCollecting;
    private bool _isFull;

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    private CancellationTokenSource Stopping { get; } = new();

    /// <param name="copies">Lets go of images of which other nodes have enough.</param>
    /// <param name="node">Is told when the disk is full.</param>
    public static Props Props(
        IHostDisk disk, IActorRef copies, IActorRef node, DiskOptions options, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new DiskKeeperActor(
            disk, copies, node, options, loggers.CreateLogger<DiskKeeperActor>()));

    protected override void PreStart()
    {
        Self.Tell(new Check());
        Timers.StartPeriodicTimer(nameof(Check), new Check(), options.CheckEvery);
    }

    protected override void PostStop()
    {
        Stopping.Cancel();
        Stopping.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Check: Look(); break;
            case Passed passed: _isCollecting = false; Take(passed.Pass, passed.HasAsked); break;
            case NotPassed failed:
                _isCollecting = false;
                LogFailed(failed.Cause);
                Rest();
                break;
            case Rested: break;
            default: Unhandled(message); break;
        }
    }

    private void Look()
    {
        if (TryMeasure() is not { } use) return;
        Tell(use);
        if (!options.Collects || !options.Marks.High.IsReached(use) || _isCollecting) return;

        _isCollecting = true;
        // What is here alone costs little to look for; others are not asked again and again.
        var asks = !Timers.IsTimerActive(nameof(Rested));
        if (asks) LogCollects(use, options.Marks.High);
        var keeper = copies;
        var pass = new DiskPass(
            disk, options.Marks.Low, asks ? (image, stop) => LetGoAsync(keeper, image, stop) : null);
        pass.RunAsync(Stopping.Token).PipeTo(
            Self, success: passed => new Passed(passed, asks), failure: cause => new NotPassed(cause.Message));
    }

    private static async Task<bool> LetGoAsync(IActorRef keeper, IdleImage image, CancellationToken stop) =>
        (await keeper.Ask<ImageLetGo>(new LetImageGo(image), AnswerMax, stop)).IsGone;

    private void Take(DiskPassed pass, bool hasAsked)
    {
        var isEnough = !options.Marks.High.IsReached(pass.After);
        if (isEnough)
        {
            LogCollected(pass.Before, pass.After, pass.Images);
            Timers.Cancel(nameof(Rested));
        }
        else if (hasAsked)
        {
            LogShort(pass.After, options.Marks.High, pass.Images, pass.Needed);
            Rest();
        }

        if (isEnough || hasAsked || pass.Images > 0) DiskFigures.Count(isEnough, pass.Images);
        Tell(pass.After);
    }

    /// <summary>Told again each time: whoever was started anew hears it, too.</summary>
    private void Tell(DiskUse use)
    {
        var isFull = options.Marks.Full.IsReached(use);
        if (isFull && !_isFull) LogFull(use, options.Marks.Full);
        if (!isFull && _isFull) LogFullNoMore(use);
        _isFull = isFull;
        node.Tell(new DiskSeen(isFull ? $"the disk is full: {use}" : ""));
    }

    private DiskUse? TryMeasure()
    {
        try
        {
            return disk.Measure();
        }
        catch (IOException unread)
        {
            LogFailed(unread.Message);
            return null;
        }
    }

    private void Rest() => Timers.StartSingleTimer(nameof(Rested), new Rested(), options.RestFor);

    [LoggerMessage(LogLevel.Information, "The disk fills up ({Use}; collecting begins at {Mark})")]
    private partial void LogCollects(DiskUse use, DiskMark mark);

    [LoggerMessage(LogLevel.Information,
        "Room was made on the disk: from {Before} to {After}. {Images} images were removed that nothing used")]
    private partial void LogCollected(DiskUse before, DiskUse after, int images);

    [LoggerMessage(LogLevel.Warning,
        "The disk stays above its high watermark ({Use}; {Mark}): {Images} images were removed, {Needed} that nothing "
        + "uses here stay because no other node has enough of them, and all else is used")]
    private partial void LogShort(DiskUse use, DiskMark mark, int images, int needed);

    [LoggerMessage(LogLevel.Warning, "The disk is full ({Use}; {Mark}): this node takes no new tasks")]
    private partial void LogFull(DiskUse use, DiskMark mark);

    [LoggerMessage(LogLevel.Information, "The disk is not full any more ({Use}): this node takes tasks")]
    private partial void LogFullNoMore(DiskUse use);

    [LoggerMessage(LogLevel.Warning, "Making room on the disk failed: {Reason}")]
    private partial void LogFailed(string reason);

    private sealed record Check : INoSerializationVerificationNeeded;

    private sealed record Passed(DiskPassed Pass, bool HasAsked) : INoSerializationVerificationNeeded;

    private sealed record NotPassed(string Cause) : INoSerializationVerificationNeeded;

    private sealed record Rested : INoSerializationVerificationNeeded;
}
