using System.Collections.Concurrent;
using System.Threading.Channels;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Services;
using Swarm.Images;

namespace Swarm.Api.Images;

/// <summary>Keeps the cluster's image names in step with this host's store.</summary>
/// <remarks>
/// A change is told at once. What the cluster did not keep is compared again every <see cref="Again"/>, from the store
/// itself, so nothing is lost by a crash in between: by which list a tag was pushed is noted there until it is told.
/// </remarks>
/// <param name="images">Takes <see cref="IImageMessage"/> to the name's entity.</param>
public sealed partial class ClusterImageNames(
    IActorRef images, IImageStore store, NodeId node, TimeProvider time, ILogger<ClusterImageNames> logger)
    : IImageNames
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    /// <summary>Names whose removal the cluster has not kept yet, and what they have meant.</summary>
    private readonly ConcurrentDictionary<ImageReference, Digest> _removed = new();

    /// <summary>Names of which the cluster has not kept yet what they mean.</summary>
    private readonly ConcurrentDictionary<ImageReference, (Digest Image, Digest? Manifest)> _given = new();

    /// <summary>Holds one item while something may differ from the store, as it may at the start.</summary>
    private readonly Channel<bool> _unsettled = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Whether everything was compared since the start: until then the store says what is not told.</summary>
    private volatile bool _isCompared;

    /// <inheritdoc/>
    public async Task<string?> NameAsync(
        ImageReference name, Digest image, Digest? manifest, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        _removed.TryRemove(name, out _);
        // Who gives a name to the image that it means already leaves what it was given by.
        manifest ??= WaitingOf(name, image);
        _given[name] = (image, manifest);
        var refused = await TellAsync(
            name,
            new NameImage(NewRequest(), name.Repository, name.Tag!, image, node)
            {
                Origin = OriginOf(name, image),
                Manifest = manifest,
            },
            cancellation);
        if (refused is not null) return refused;

        _given.TryRemove(KeyValuePair.Create(name, (image, manifest)));
        if (manifest is { } told) store.MarkTold(name, told);
        return null;
    }

    /// <inheritdoc/>
    public async Task<string?> UnnameAsync(ImageReference name, Digest image, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        _given.TryRemove(name, out _);
        _removed[name] = image;
        var refused = await TellAsync(
            name, new UnnameImage(NewRequest(), name.Repository, name.Tag!) { ImageId = image }, cancellation);
        if (refused is null) _removed.TryRemove(KeyValuePair.Create(name, image));
        return refused;
    }

    /// <inheritdoc/>
    public bool IsKept(ImageReference name) => !_given.ContainsKey(name)
        && (_isCompared || store.Find(name.ToString()) is not { } image
            || store.UntoldManifestOf(name, image.Id) is null);

    /// <summary>Names what the cluster does not know, until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        _unsettled.Writer.TryWrite(true);
        await foreach (var _ in _unsettled.Reader.ReadAllAsync(stopping))
        {
            while (!await SettleAsync(stopping)) await Task.Delay(Again, time, stopping);
            _isCompared = true;
        }
    }

    private async Task<bool> SettleAsync(CancellationToken stopping)
    {
        var settled = true;
        foreach (var (name, image) in _removed) settled &= await UnnameAsync(name, image, stopping) is null;

        // Whatever the name has meant before: it was given here since.
        foreach (var (name, given) in _given)
            settled &= await NameAsync(name, given.Image, given.Manifest, stopping) is null;

        foreach (var image in store.List())
        {
            foreach (var name in image.Names.Where(name => name.Tag is not null))
            {
                settled &= await SettleAsync(name, image.Id, stopping);
            }
        }

        return settled;
    }

    /// <remarks>A name that means another image by now was given by another host since: that one stands.</remarks>
    private async Task<bool> SettleAsync(ImageReference name, Digest image, CancellationToken stopping)
    {
        try
        {
            var answer = await images.Ask<object>(new GetImage(name.Repository, name.Tag!), Timeout, stopping);
            if (answer is not ImageMeaning meaning) return false;
            if (meaning.ImageId is { } known && known != image)
            {
                if (store.UntoldManifestOf(name, image) is { } outdone) store.MarkTold(name, outdone);
                return true;
            }

            return (meaning.ImageId is not null && IsKnown(meaning, name, image))
                || await NameAsync(name, image, NewIn(meaning, name, image), stopping) is null;
        }
        catch (AskTimeoutException)
        {
            return false;
        }
    }

    private bool IsKnown(ImageMeaning meaning, ImageReference name, Digest image) =>
        meaning.Holders.Contains(node) && meaning.Origin >= OriginOf(name, image)
        && NewIn(meaning, name, image) is null;

    // By what a name was given last is known where somebody has said so: what is here may be older, if it was told.
    private Digest? NewIn(ImageMeaning meaning, ImageReference name, Digest image) =>
        store.UntoldManifestOf(name, image) ?? (meaning.Manifest is null ? store.ManifestOf(name) : null);

    private Digest? WaitingOf(ImageReference name, Digest image) =>
        _given.TryGetValue(name, out var given) && given.Image == image && given.Manifest is { } waiting
            ? waiting
            : store.UntoldManifestOf(name, image);

    private ImageOrigin OriginOf(ImageReference name, Digest image) =>
        store.Find(image.Value)?.IsFromRegistry(name) == true ? ImageOrigin.Registry : ImageOrigin.Cluster;

    private async Task<string?> TellAsync(ImageReference name, IImageMessage message, CancellationToken cancellation)
    {
        string reason;
        try
        {
            var answer = await images.Ask<object>(message, Timeout, cancellation);
            if (answer is ImageNamed) return null;

            reason = answer is RequestRefused refused ? refused.Reason : $"unexpected answer {answer.GetType().Name}";
        }
        catch (AskTimeoutException)
        {
            reason = $"no answer within {Timeout.TotalSeconds} s";
        }

        LogNotKept(name, reason);
        _unsettled.Writer.TryWrite(true);
        return reason;
    }

    private static RequestId NewRequest() => new(Guid.NewGuid().ToString("N"));

    [LoggerMessage(LogLevel.Warning, "The cluster did not keep what {Image} means: {Reason}. It is told again")]
    private partial void LogNotKept(ImageReference image, string reason);
}
