using System.Collections.Immutable;
using Akka.Actor;
using Swarm.Core.Images;

namespace Swarm.Cluster.Copies;

/// <summary>Lists of manifests by which an image is known, and that are to be here with it.</summary>
/// <remarks>With an image that is fetched they come; here are those that it got since.</remarks>
internal sealed partial class CopyKeeperActor
{
    private readonly HashSet<Digest> _completing = [];

    private void Complete(KeepImage keep)
    {
        var lacking = keep.Lists.Except(_here![keep.Image].Lists).ToImmutableArray();
        if (lacking.IsEmpty || !_completing.Add(keep.Image)) return;

        var image = keep.Image;
        copies.FetchListsAsync(image, lacking, CancellationToken.None).PipeTo(
            Self, success: () => new Completed(image, ""), failure: cause => new Completed(image, cause.Message));
    }

    // Where that failed, it is tried when all copies are looked after again.
    private void Finish(Completed completed)
    {
        if (completed.Fault.Length > 0) LogFailed($"fetching lists of {completed.Image}", completed.Fault);
        After(() => _completing.Remove(completed.Image));
    }

    private sealed record Completed(Digest Image, string Fault) : INoSerializationVerificationNeeded;
}
