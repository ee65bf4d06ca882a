using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Collecting;
using Swarm.Images.Copies;

namespace Swarm.Cluster.Copies;

/// <summary>How a node lets go of an image of which others have enough.</summary>
/// <remarks>
/// From before it asks the others until it is gone, or stays, it tells whoever asks that its own is one that may go. So
/// of nodes that let go of one image at the same time none counts on another that goes. Told in docs/disk.md.
/// </remarks>
internal sealed partial class CopyKeeperActor
{
    private readonly HashSet<Digest> _leaving = [];

    private void LetGo(IdleImage image)
    {
        var isHere = _here?.GetValueOrDefault(image.Image) is { IsHere: true, Mark: not CopyMark.Kept };
        if (!isHere || !_leaving.Add(image.Image))
        {
            Sender.Tell(new ImageLetGo(IsGone: false));
            return;
        }

        var asker = Sender;
        new CopyLook(others, image.Image).RunAsync().PipeTo(
            Self,
            success: seen => new OthersSeen(image, asker, CopyRules.MayGo(seen.View, node)),
            failure: cause => new Left(image.Image, asker, IsGone: false, cause.Message));
    }

    private void LetGo(OthersSeen seen)
    {
        var (image, asker) = (seen.Image, seen.Asker);
        if (!seen.MayGo)
        {
            Finish(new Left(image.Image, asker, IsGone: false, ""));
            return;
        }

        copies.LetGoAsync(image, CancellationToken.None).PipeTo(
            Self,
            success: isGone => new Left(image.Image, asker, isGone, ""),
            failure: cause => new Left(image.Image, asker, IsGone: false, cause.Message));
    }

    private void Finish(Left left)
    {
        if (left.Fault.Length > 0) LogFailed($"letting go of {left.Image}", left.Fault);
        else if (left.IsGone) LogLetGo(left.Image);
        After(() =>
        {
            _leaving.Remove(left.Image);
            left.Asker.Tell(new ImageLetGo(left.IsGone));
        });
    }

    [LoggerMessage(LogLevel.Information,
        "Image {Image} was removed here for room: nothing used it, and other nodes have enough of it")]
    private partial void LogLetGo(Digest image);

    private sealed record OthersSeen(IdleImage Image, IActorRef Asker, bool MayGo)
        : INoSerializationVerificationNeeded;

    private sealed record Left(Digest Image, IActorRef Asker, bool IsGone, string Fault)
        : INoSerializationVerificationNeeded;
}
