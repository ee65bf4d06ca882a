using System.Collections.Immutable;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;
using Swarm.Runtime.Images;

namespace Swarm.Cluster.Images;

/// <summary>What image names mean in the cluster, and the images of its nodes.</summary>
/// <remarks>Whoever asks before this node is in its cluster waits until it is.</remarks>
public sealed partial class ClusterImages(PeerImages peers, ILogger<ClusterImages> logger) : IClusterImages
{
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(5);

    private readonly TaskCompletionSource<IActorRef> _names =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>This node is in its cluster.</summary>
    /// <param name="names">Takes every <see cref="IImageMessage"/> to its repository.</param>
    public void Join(IActorRef names) => _names.TrySetResult(names);

    /// <inheritdoc/>
    public bool IsThere => _names.Task.IsCompletedSuccessfully;

    /// <inheritdoc/>
    public async Task<NameMeaning?> FindMeaningAsync(ImageReference name, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name is not { Digest: null, Tag: { } tag }) return null;

        var names = await _names.Task.WaitAsync(cancellation);
        try
        {
            var answer = await names.Ask<object>(new GetImage(name.Repository, tag), AnswerMax, cancellation);
            if (answer is not ImageMeaning meaning) throw NoAnswer(name, $"{answer} was answered");
            return meaning.ImageId is { } image
                ? new NameMeaning(image, meaning.Origin) { Manifest = meaning.Manifest }
                : null;
        }
        catch (AskTimeoutException late)
        {
            LogNoAnswer(name, AnswerMax);
            throw NoAnswer(name, $"no answer came within {AnswerMax.TotalSeconds} s", late);
        }
    }

    /// <inheritdoc/>
    public Task<ImmutableArray<HeldImage>> FindHoldersAsync(Digest id, CancellationToken cancellation) =>
        peers.FindAsync(id, cancellation);

    /// <inheritdoc/>
    public Task<ListedImages> ListAsync(CancellationToken cancellation) => peers.ListAsync(cancellation);

    /// <inheritdoc/>
    public Task<ImmutableArray<HeldImage>> FindKnownByAsync(Digest digest, CancellationToken cancellation) =>
        peers.FindKnownByAsync(digest, cancellation);

    /// <inheritdoc/>
    public Task<(Digest Manifest, bool IsNew)> PullAsync(
        ImmutableArray<HeldImage> holders, ImmutableArray<ImageReference> names, Action<TransferStep> tell,
        CancellationToken cancellation) => peers.PullAsync(holders, names, tell, cancellation);

    /// <inheritdoc/>
    public Task BringListsAsync(
        Digest image, ImmutableArray<HeldImage> holders, ImmutableArray<ImageReference> names,
        CancellationToken cancellation) => peers.BringListsAsync(image, holders, names, cancellation);

    /// <inheritdoc/>
    public Task<bool> BringManifestAsync(ImageReference name, CancellationToken cancellation) =>
        peers.BringManifestAsync(name, cancellation);

    private static PeerException NoAnswer(ImageReference name, string why, Exception? cause = null) => new(
        $"what {name.Familiar} means in the cluster is not known, so no registry is asked for it: {why}", cause);

    [LoggerMessage(LogLevel.Warning, "What {Image} means in the cluster was not told within {Span}")]
    private partial void LogNoAnswer(ImageReference image, TimeSpan span);
}
