using System.Collections.Immutable;
using System.Text.Json;
using Swarm.Images.Blobs;
using Swarm.Images.Tar;
using Swarm.Images.Unpacking;
using Swarm.Linux.Files;
using Swarm.Linux.Overlay;

namespace Swarm.Images.Layers;

/// <summary>The unpacked layers. One that means the same above any others is shared by its
/// diff id, else by its chain id.</summary>
/// <remarks>Drawn in docs/images.md.</remarks>
internal sealed class LayerFolder(StoreFolders folders, ImageStoreOptions options) : IDisposable
{
    public const string TreeName = "tree";
    private const string RecordName = "layer.json";
    private const UnixFileMode ReadableRoot = (UnixFileMode)0x1ed;

    private readonly SemaphoreSlim _unpacks = new(Math.Max(1, options.ParallelUnpacks));

    /// <summary>The names under which a layer may be kept, the better one first.</summary>
    public static ImmutableArray<string> NamesOf(ImageLayer layer) => [SharedName(layer), ChainedName(layer)];

    /// <returns>Null when it is not unpacked.</returns>
    public UnpackedLayer? Find(ImageLayer layer) =>
        NamesOf(layer).Select(Find).FirstOrDefault(found => found is not null);

    public UnpackedLayer? Find(string name)
    {
        var path = Path.Combine(folders.Layers, name);
        return Directory.Exists(path)
            ? new UnpackedLayer(
                path, name, StoreJson.Read(Path.Combine(path, RecordName), StoreJson.Default.LayerRecord))
            : null;
    }

    /// <returns>Null also when its record cannot be read.</returns>
    public UnpackedLayer? TryFind(string name)
    {
        try
        {
            return Find(name);
        }
        catch (Exception unread) when (unread is ImageException or IOException)
        {
            return null;
        }
    }

    /// <summary>Unpacks what is not unpacked yet of an image's layers, lowest first, into a scratch folder.</summary>
    /// <param name="ahead">Those that were unpacked before; null where none was.</param>
    /// <exception cref="ImageException">What is wrong with which layer.</exception>
    public async Task<ImmutableArray<UnpackedLayer>> UnpackAsync(
        ImmutableArray<ImageLayer> layers, ScratchFolder scratch, ImageAhead? ahead, CancellationToken cancellation)
    {
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var attempts = layers.Select(
            (layer, index) => AloneAsync(layer, index == 0, scratch, ahead, failed)).ToArray();
        await Task.WhenAll(attempts);

        // What speaks of layers below is unpacked over them, in order.
        var unpacked = ImmutableArray.CreateBuilder<UnpackedLayer>(layers.Length);
        foreach (var (layer, attempt) in layers.Zip(attempts))
        {
            var below = unpacked.ToImmutable();
            unpacked.Add(await attempt ?? await DedicatedThread.RunAsync(
                () => UnpackOver(layer, below, scratch, cancellation), cancellation));
        }

        return unpacked.ToImmutable();
    }

    /// <summary>Unpacks a layer without those below it, in its turn, into a scratch folder.</summary>
    /// <param name="isBase">There are none below it.</param>
    /// <param name="began">Called when its turn has come.</param>
    /// <returns>Null where it speaks of layers below.</returns>
    public async Task<UnpackedLayer?> TryAloneAsync(
        ImageLayer layer, bool isBase, ScratchFolder scratch, Action began, CancellationToken cancellation)
    {
        await _unpacks.WaitAsync(cancellation);
        try
        {
            began();
            return await DedicatedThread.RunAsync(
                () => UnpackAlone(layer, isBase, scratch, () => Open(layer), cancellation), cancellation);
        }
        finally
        {
            _unpacks.Release();
        }
    }

    /// <summary>Unpacks a layer without those below it while its blob comes, into a scratch folder. It takes nobody's
    /// turn: mostly it waits, and there are no more of them than blobs that come at a time.</summary>
    /// <returns>As <see cref="TryAloneAsync"/>; to be used only if the blob turns out right.</returns>
    /// <exception cref="IOException">The rest of the blob does not come.</exception>
    public Task<UnpackedLayer?> FollowAloneAsync(
        ImageLayer layer, bool isBase, ScratchFolder scratch, IComingBlob blob, CancellationToken cancellation) =>
        DedicatedThread.RunAsync(
            () => UnpackAlone(layer, isBase, scratch, () => blob.Follow(cancellation), cancellation), cancellation);

    /// <summary>Moves unpacked layers to their place; one that is there already stays.</summary>
    public void Commit(IEnumerable<UnpackedLayer> layers, bool synced = true)
    {
        using var to = Folder.Open(folders.Layers);
        foreach (var layer in layers.DistinctBy(layer => layer.Path))
        {
            var from = Path.GetDirectoryName(layer.Path)!;
            if (from == folders.Layers) continue;

            StoreSteps.BeforeWrite("layer");
            using var scratch = Folder.Open(from);
            scratch.Rename(Path.GetFileName(layer.Path), to, layer.Name);
        }

        if (synced) Durability.SyncFolder(folders.Layers);
    }

    /// <summary>Gives the upper folder of an overlay the root that the layers below it have.</summary>
    public static void CopyRoot(IEnumerable<UnpackedLayer> below, string upper)
    {
        if (below.LastOrDefault(layer => layer.Record.SetsRoot) is not { } top) return;

        using var from = Folder.Open(top.Tree);
        using var to = Folder.Open(upper);
        var status = from.Status();
        to.SetOwner("."u8, status.UserId, status.GroupId);
        to.SetMode("."u8, status.Mode);
        to.SetTimes("."u8, status.Modified, status.Modified);
    }

    public void Dispose() => _unpacks.Dispose();

    private static string SharedName(ImageLayer layer) => "diff-" + layer.DiffId.Hex;

    private static string ChainedName(ImageLayer layer) => "chain-" + layer.ChainId.Hex;

    private async Task<UnpackedLayer?> AloneAsync(
        ImageLayer layer, bool isBase, ScratchFolder scratch, ImageAhead? ahead, CancellationTokenSource failed)
    {
        if (Find(layer) is { } found) return found;
        if (ahead is not null && ahead.TryFind(layer, isBase, out var unpacked)) return unpacked;

        try
        {
            return await TryAloneAsync(layer, isBase, scratch, () => { }, failed.Token);
        }
        catch (Exception broken) when (broken is ImageException or IOException)
        {
            await StoreSteps.OnPool(failed.CancelAsync()); // the other layers are of no use any more
            throw;
        }
    }

    private static FileStream Open(ImageLayer layer) =>
        new(layer.BlobPath, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);

    private UnpackedLayer? UnpackAlone(
        ImageLayer layer, bool isBase, ScratchFolder scratch, Func<Stream> open, CancellationToken cancellation)
    {
        var path = MakePlace(scratch);
        using var tree = Folder.Open(Path.Combine(path, TreeName));
        var report = Unpack(layer, open, tree, isBase ? UnpackPlace.Base : UnpackPlace.Alone, cancellation);
        if (report.SpeaksOfLowers && !isBase)
        {
            folders.Discard(path);
            return null;
        }

        return Finish(path, report.SpeaksOfLowers ? ChainedName(layer) : SharedName(layer), report);
    }

    private UnpackedLayer UnpackOver(
        ImageLayer layer, ImmutableArray<UnpackedLayer> below, ScratchFolder scratch, CancellationToken cancellation)
    {
        var path = MakePlace(scratch);
        var upper = Path.Combine(path, TreeName);
        var work = Directory.CreateDirectory(scratch.NewPath());
        CopyRoot(below, upper);

        UnpackReport report;
        using (var overlay = OverlayMount.Create(
            [.. below.Reverse().Select(lower => lower.Tree).Distinct()], upper, work.FullName))
        {
            report = Unpack(layer, () => Open(layer), overlay.Root, UnpackPlace.Over, cancellation);
        }

        return Finish(path, ChainedName(layer), report);
    }

    private UnpackReport Unpack(
        ImageLayer layer, Func<Stream> open, Folder root, UnpackPlace place, CancellationToken cancellation)
    {
        var subject = $"layer {layer.Blob}";
        var isKnown = layer.Blob == layer.DiffId; // the blob's digest is checked before anything of it is used
        using var blob = open();
        using var plain = new PlainStream(
            blob, options.Limits.LayerMax, options.Limits, !isKnown, subject, cancellation);
        using var unpacker = new LayerUnpacker(root, place, new TarReader(plain, options.Limits, subject));
        var report = unpacker.Unpack();
        if (isKnown || (report.SpeaksOfLowers && place == UnpackPlace.Alone)) return report;

        var digest = plain.Finish();
        return digest == layer.DiffId
            ? report
            : throw new ImageException(
                ImageFault.Invalid, $"{subject}: unpacked it has the digest {digest} and should have {layer.DiffId}");
    }

    private static string MakePlace(ScratchFolder scratch)
    {
        var path = scratch.NewPath();
        Directory.CreateDirectory(path);
        var tree = Directory.CreateDirectory(Path.Combine(path, TreeName));
        tree.UnixFileMode = ReadableRoot; // whatever the umask: it is the root that containers see
        return path;
    }

    private static UnpackedLayer Finish(string path, string name, UnpackReport report)
    {
        var record = new LayerRecord(report.Size, report.SetsRoot);
        File.WriteAllBytes(
            Path.Combine(path, RecordName), JsonSerializer.SerializeToUtf8Bytes(record, StoreJson.Default.LayerRecord));
        return new UnpackedLayer(path, name, record);
    }
}
