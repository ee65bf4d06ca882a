using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Images.Tests.Collecting;

/// <summary>Pushes to the node's registry, whole or in parts that others go on with, and deletes there.</summary>
internal sealed class RegistryDeeds(StoreLife life)
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private static readonly ImageReference[] Images = [ImageReference.Parse("web"), ImageReference.Parse("app")];

    private static readonly ImageReference Charts = ImageReference.Parse("charts");

    public async Task PushImageAsync(Actor actor)
    {
        var (repository, sample) = (actor.Pick(Images), actor.Pick(Sample.All));
        var tag = $"{1 + actor.Draws.Next(2)}";
        var manifest = Digest.Of(sample.Manifest);
        actor.Deed = new Deed("push")
        {
            Sets = new Dictionary<string, Digest?>
            {
                [(repository with { Tag = tag }).ToString()] = sample.Id,
                [(repository with { Tag = null, Digest = manifest }).ToString()] = sample.Id,
            },
        };
        foreach (var blob in sample.Blobs) await BringAsync(actor, repository, blob);
        var blobs = sample.Blobs.Select(one => Digest.Of(one)).ToArray();
        await PutAsync(repository, tag, sample.Manifest, blobs);
    }

    public async Task PushChartAsync(Actor actor)
    {
        var blob = TarBuilder.Bytes($"chart {actor.Draws.Next(3)}");
        actor.Deed = new Deed("push a chart");
        byte[][] blobs = ["{}"u8.ToArray(), blob];
        foreach (var one in blobs) await BringAsync(actor, Charts, one);
        var (manifest, digests) = (Sample.Chart(blob), blobs.Select(one => Digest.Of(one)).ToArray());
        var digest = Digest.Of(manifest);
        if (_deleted.Contains(digest)) return;
        if (await PutAsync(Charts, $"{actor.Draws.Next(2)}", manifest, digests) && !_deleted.Contains(digest))
            life.Truth.Charts[digest] = digests;
    }

    /// <summary>Begins to push a blob, and goes away.</summary>
    public async Task LeaveUploadAsync(Actor actor)
    {
        actor.Deed = new Deed("leave an upload");
        var blob = actor.Pick(actor.Pick(Sample.All).Tars);
        var id = await BeginAsync(actor, actor.Pick(Images), blob);
        if (life.Truth.Uploads.TryGetValue(id, out var upload)) _left[id] = upload;
    }

    /// <summary>Goes on with what somebody left, perhaps before the process died.</summary>
    public async Task GoOnAsync(Actor actor)
    {
        if (actor.PickOrNone(_left.Keys) is not { } id) return;
        actor.Deed = new Deed("go on with an upload");
        _left.Remove(id, out var upload);
        if (actor.Once(25))
        {
            life.Truth.Uploads.Remove(id);
            life.Registry.CancelUpload(upload!.Repository, id);
            return;
        }

        await EndAsync(id, upload!.Repository, upload.Content);
    }

    public Task DeleteTagAsync(Actor actor)
    {
        var name = actor.Pick(Images) with { Tag = $"{1 + actor.Draws.Next(2)}" };
        actor.Deed = new Deed("delete a tag") { Removes = true, Takes = one => one == name.ToString() };
        return Refusals.TryAsync(
            () => Task.FromResult(life.Registry.RemoveManifest(name, name.Tag)), RepositoryFault.ManifestUnknown);
    }

    public async Task DeleteManifestAsync(Actor actor)
    {
        using var removing = life.Truth.Removing();
        var repository = actor.Pick(Images);
        var manifest = Digest.Of(actor.Pick(Sample.All).Manifest);
        actor.Deed = new Deed("delete a manifest")
        {
            Removes = true,
            IsOnPurpose = true,
            Takes = name => name.StartsWith(repository.Repository, StringComparison.Ordinal),
        };
        await Refusals.TryAsync(
            () => Task.FromResult(life.Registry.RemoveManifest(repository, manifest.Value)),
            RepositoryFault.ManifestUnknown);
    }

    public async Task DeleteChartAsync(Actor actor)
    {
        if (life.Truth.Charts.Count == 0) return;
        var chart = actor.Pick(life.Truth.Charts.Keys.ToList());
        actor.Deed = new Deed("delete a chart");
        if (!_deleted.Add(chart)) return;
        using var removing = life.Truth.Removing();
        life.Truth.Charts.Remove(chart);
        await Refusals.TryAsync(
            () => Task.FromResult(life.Registry.RemoveManifest(Charts, chart.Value)),
            RepositoryFault.ManifestUnknown);
    }

    public async Task DeleteBlobAsync(Actor actor)
    {
        var (repository, blob) = (actor.Pick(Images), Digest.Of(actor.Pick(actor.Pick(Sample.All).Tars)));
        actor.Deed = new Deed("delete a blob");
        using var removing = life.Truth.Removing();
        life.Truth.Waiting.Remove((repository.Repository, blob));
        await Refusals.TryAsync(
            () =>
            {
                life.Registry.RemoveBlob(repository, blob);
                return Task.CompletedTask;
            },
            RepositoryFault.BlobUnknown, RepositoryFault.Unsupported);
    }

    /// <summary>What clients do not end is gone on with by nobody once the process has died.</summary>
    public void ComeBack()
    {
        _left.Clear();
        foreach (var (id, upload) in life.Truth.Uploads) _left[id] = upload;
    }

    private readonly Dictionary<string, OpenUpload> _left = [];

    // Each is deleted once: who pushes it again at that moment would not know whether it is there.
    private readonly HashSet<Digest> _deleted = [];

    // As clients do it: not what is there; from the other repository what that has; else in two parts.
    private async Task BringAsync(Actor actor, ImageReference repository, byte[] blob)
    {
        var digest = Digest.Of(blob);
        if (life.Registry.FindBlob(repository, digest) is not null && actor.Once(70)) return;
        if (actor.Once(30) && life.Registry.Mount(repository, digest, Images))
        {
            life.Truth.Waiting.Add((repository.Repository, digest));
            return;
        }

        await EndAsync(await BeginAsync(actor, repository, blob), repository, blob);
    }

    private async Task<string> BeginAsync(Actor actor, ImageReference repository, byte[] blob)
    {
        var upload = life.Registry.BeginUpload(repository);
        life.Truth.Uploads[upload.Id] = new OpenUpload(repository, blob, 0);
        var part = actor.Draws.Next(blob.Length);
        await life.Registry.ReceiveAsync(
            repository, upload.Id, null, new MemoryStream(blob, 0, part), default);
        life.Truth.Uploads[upload.Id] = new OpenUpload(repository, blob, part);
        return upload.Id;
    }

    private async Task EndAsync(string id, ImageReference repository, byte[] blob)
    {
        var here = (int)life.Registry.FindUpload(repository, id).Size;
        life.Turns.Between("goes on with an upload");
        life.Truth.Uploads.Remove(id);
        var digest = Digest.Of(blob);
        var removals = life.Truth.Removals;
        await life.Registry.FinishAsync(
            repository, id, null, new MemoryStream(blob, here, blob.Length - here), digest, default);
        if (removals is { } before && before == life.Truth.Removals)
            life.Truth.Waiting.Add((repository.Repository, digest));
    }

    /// <returns>Whether it was taken; it must be where all of its blobs wait for it.</returns>
    private async Task<bool> PutAsync(ImageReference repository, string tag, byte[] manifest, Digest[] blobs)
    {
        var removals = life.Truth.Removals;
        var mustBe = blobs.All(blob => life.Truth.Waiting.Contains((repository.Repository, blob)));
        foreach (var blob in blobs) life.Truth.Waiting.Remove((repository.Repository, blob));
        var isTaken = await Refusals.TryAsync(
            () => life.Registry.PutManifestAsync(repository, tag, [], ManifestType, manifest, default),
            RepositoryFault.ManifestBlobUnknown);
        if (mustBe && !isTaken && removals is { } before && before == life.Truth.Removals)
            life.Turns.Break($"a manifest of {repository} was refused, whose blobs were all pushed");
        return isTaken;
    }
}
