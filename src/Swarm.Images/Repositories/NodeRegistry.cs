using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core.Images;
using Swarm.Images.Uploads;
using Swarm.Linux;

namespace Swarm.Images.Repositories;

/// <inheritdoc cref="INodeRegistry"/>
/// <remarks>What it keeps lies in the store; this is the way in and out.</remarks>
public sealed partial class NodeRegistry : INodeRegistry
{
    private static readonly TimeSpan CollectEvery = TimeSpan.FromMinutes(5);

    private readonly ImageStore _store;
    private readonly NodeRegistryOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeRegistry> _logger;
    private readonly UploadFolder _uploads;

    public NodeRegistry(
        ImageStore store, NodeRegistryOptions options, TimeProvider time, ILogger<NodeRegistry> logger)
    {
        ArgumentNullException.ThrowIfNull(store);
        (_store, _options, _time, _logger) = (store, options, time, logger);
        _uploads = new UploadFolder(store.Folders, options, time);
        Secret = store.Folders.Secret("registry.key");
    }

    /// <inheritdoc/>
    public byte[] Secret { get; }

    /// <summary>Removes what was given up and what nothing leads to, now and then, until it is stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(CollectEvery, _time);
        do
        {
            try
            {
                Collect();
            }
            catch (Exception failed) when (failed is IOException or LinuxException or ImageException)
            {
                LogNotCollected(failed.Message); // the disk's fault, and perhaps not for ever
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    /// <summary>Removes uploads that were given up, and what nothing leads to.</summary>
    public void Collect()
    {
        if (_uploads.RemoveAbandoned() is > 0 and var abandoned) LogAbandoned(abandoned);
        var now = _time.GetUtcNow();
        _store.RemoveUnreached(now - _options.UntaggedKept, now - _options.UnfinishedKept);
    }

    /// <inheritdoc/>
    public (int Count, long Bytes) MeasureUploads() => (_uploads.Count, _uploads.Size);

    /// <inheritdoc/>
    public ImmutableArray<ImageReference> ListRepositories() =>
        [.. _store.Repositories().Select(ImageReference.Parse)];

    /// <inheritdoc/>
    public ImmutableArray<ImageReference> ListRepositoriesWith(Digest blob) =>
        [.. _store.RepositoriesWithBlob(blob).Select(ImageReference.Parse)];

    /// <inheritdoc/>
    public ImmutableArray<string>? ListTags(ImageReference repository) => _store.TagsIn(repository);

    /// <inheritdoc/>
    public StoredBlob? FindBlob(ImageReference repository, Digest digest) => _store.FindBlobIn(repository, digest);

    /// <inheritdoc/>
    public bool Mount(ImageReference repository, Digest digest, IEnumerable<ImageReference> from) =>
        _store.LinkFrom(repository, digest, from);

    /// <inheritdoc/>
    public void RemoveBlob(ImageReference repository, Digest digest) => _store.Unlink(repository, digest);

    /// <inheritdoc/>
    public UploadProgress BeginUpload(ImageReference repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return Show(_uploads.Begin(repository.Repository));
    }

    /// <inheritdoc/>
    public UploadProgress FindUpload(ImageReference repository, string id) => Show(Get(repository, id));

    /// <inheritdoc/>
    public Task<UploadProgress> ReceiveAsync(
        ImageReference repository, string id, ChunkRange? range, Stream body, CancellationToken cancellation)
    {
        var upload = Get(repository, id);
        return upload.AloneAsync(
            async token =>
            {
                await ReceiveAsync(upload, range, body, token);
                return Show(upload);
            },
            cancellation);
    }

    /// <inheritdoc/>
    public async Task FinishAsync(
        ImageReference repository, string id, ChunkRange? range, Stream body, Digest digest,
        CancellationToken cancellation)
    {
        var upload = Get(repository, id);
        await upload.AloneAsync(
            async token =>
            {
                await ReceiveAsync(upload, range, body, token);
                try
                {
                    var blob = await upload.FinishAsync(digest, token);
                    using var hold = _store.HoldBlobs([digest]);
                    _store.AdoptUpload(upload.Repository, blob);
                    LogReceived(digest, blob.Size, upload.Repository);
                    _uploads.Remove(upload);
                }
                catch (RepositoryException wrong) when (wrong.Fault == RepositoryFault.DigestInvalid)
                {
                    _uploads.Remove(upload); // what came is of no use
                    throw;
                }

                return true;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public void CancelUpload(ImageReference repository, string id) => _uploads.Remove(Get(repository, id));

    private async Task ReceiveAsync(Upload upload, ChunkRange? range, Stream body, CancellationToken cancellation)
    {
        var left = _options.BlobMax.Value - upload.Size;
        if (range is null)
        {
            await upload.ReceiveAsync(body, left, cancellation);
            return;
        }

        if (range.First != upload.Size)
        {
            throw new RepositoryException(
                RepositoryFault.RangeInvalid, $"{upload.Size} bytes are here; the next part does not begin at "
                + $"{range.First}");
        }

        if (range.Length > left) throw TooLarge();
        await upload.ReceiveAsync(body, range.Length, cancellation);
        if (upload.Size != range.Last + 1)
        {
            throw new RepositoryException(
                RepositoryFault.SizeInvalid,
                $"{upload.Size - range.First} bytes came, and the range has {range.Length}");
        }
    }

    private RepositoryException TooLarge() => new(
        RepositoryFault.TooLarge, $"a blob has {_options.BlobMax.Value} bytes at most");

    private Upload Get(ImageReference repository, string id)
    {
        ArgumentNullException.ThrowIfNull(repository);
        return _uploads.Get(repository.Repository, id);
    }

    private static UploadProgress Show(Upload upload) => new(upload.Id, upload.Size);

    [LoggerMessage(LogLevel.Information, "Removed {Count} uploads on which nothing came any more")]
    private partial void LogAbandoned(int count);

    [LoggerMessage(LogLevel.Warning, "What nothing leads to in repositories could not be removed: {Reason}")]
    private partial void LogNotCollected(string reason);

    [LoggerMessage(LogLevel.Debug, "Received blob {Digest} of {Bytes} bytes for {Repository}")]
    private partial void LogReceived(Digest digest, long bytes, string repository);
}
