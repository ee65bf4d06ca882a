using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Copies;
using Swarm.Images.Registry;

namespace Swarm.Images.Tests.Collecting;

/// <summary>Images come by each of their ways, get names, and are read.</summary>
internal sealed class ImageDeeds(StoreLife life)
{
    private static readonly string[] Names = ["red:1", "green:1", "blue:1", "blue:2"];

    public static string Full(string name) => ImageReference.Parse(name).ToString();

    public async Task LoadAsync(Actor actor)
    {
        var (sample, name) = (actor.Pick(Sample.All), actor.Once(80) ? actor.Pick(Names) : null);
        actor.Deed = new Deed("load") { Sets = Setting(name, sample.Id) };
        var loaded = await life.Store.LoadAsync(new MemoryStream(sample.Archive(name)), default);
        if (loaded[0].Id != sample.Id) life.Turns.Break($"{sample.Id} was loaded as {loaded[0].Id}");
    }

    public async Task ImportAsync(Actor actor)
    {
        var name = actor.Once(50) ? actor.Pick(Names) : null;
        actor.Deed = new Deed("import") { Sets = Setting(name, null) };
        await life.Store.ImportAsync(
            new MemoryStream(actor.Pick(Sample.All).Tars[0]), name is null ? null : ImageReference.Parse(name),
            new ImageConfiguration(), default);
    }

    /// <summary>As from a registry or from other nodes: blob by blob, one after the other or at once.</summary>
    public async Task PullAsync(Actor actor)
    {
        var (sample, name) = (actor.Pick(Sample.All), actor.Pick(Names));
        actor.Deed = new Deed("pull") { Sets = Setting(name, sample.Id) };
        await ArriveAsync(actor, sample, [ImageReference.Parse(name)]);
    }

    /// <summary>A copy for the cluster: marked, and then fetched.</summary>
    public async Task CopyAsync(Actor actor)
    {
        if (life.IsKeeperBusy) return;
        life.IsKeeperBusy = true;
        var sample = actor.Pick(Sample.All);
        actor.Deed = new Deed("copy");
        await life.Store.MarkAsync(sample.Id, CopyMark.Kept, [Names[0]], default);
        life.Truth.Kept.Add(sample.Id);
        await ArriveAsync(actor, sample, []);
        life.IsKeeperBusy = false;
    }

    public Task TagAsync(Actor actor)
    {
        if (AnyImage(actor) is not { } image) return Task.CompletedTask;
        var name = actor.Pick(Names);
        actor.Deed = new Deed("tag") { Sets = Setting(name, image) };
        Refusals.Try(ImageFault.NotFound, () =>
        {
            life.Store.Tag(image.Value, ImageReference.Parse(name));
            return life.Truth.Lasting.Add(image); // also of a step whose build has not ended
        });
        return Task.CompletedTask;
    }

    /// <summary>Holds what it reads, until all is written.</summary>
    public async Task SaveAsync(Actor actor)
    {
        if (AnyImage(actor) is not { } image) return;
        actor.Deed = new Deed("save");
        if (!Refusals.Try(ImageFault.NotFound, () => life.Store.HoldWhole(image.Value), out var whole)) return;
        var (known, hold) = whole;
        Digest[] held = [known.Id, known.ManifestDigest, .. known.Layers.Select(layer => layer.Blob)];
        life.Truth.HeldBlobs.AddRange(held);
        for (var times = actor.Draws.Next(4); times > 0; times--) life.Turns.Between("holds");
        await Refusals.TryAsync(
            ImageFault.NotFound, () => life.Store.SaveAsync([image.Value], new MemoryStream(), default));
        foreach (var blob in held) life.Truth.HeldBlobs.Remove(blob);
        hold.Dispose();
    }

    private async Task ArriveAsync(Actor actor, Sample sample, ImageReference[] names)
    {
        var fails = actor.Once(15);
        var arrival = new ImageArrival(life.Store, "a sample", _ => { });
        try
        {
            var (id, _) = await arrival.TakeInAsync(
                sample.Manifest, Digest.Of(sample.Manifest), [.. names],
                (wanted, tell, token) => life.Fetches.FetchAsync(
                    wanted, (path, _, _) => Task.FromResult(Fetch(wanted.Digest, path)), tell, token),
                default);
            if (id != sample.Id) life.Turns.Break($"{sample.Id} came as {id}");
        }
        catch (RegistryException) when (fails)
        {
            // Its source gave up in the middle.
        }

        StagedBlob Fetch(Digest blob, string path)
        {
            life.Turns.Between("fetches " + blob.Hex[..8]);
            return fails && actor.Once(30)
                ? throw new RegistryException(RegistryFault.Unavailable, "gave up")
                : StagedBlob.Write(path, sample.Blobs.First(one => Digest.Of(one) == blob));
        }
    }

    private Digest? AnyImage(Actor actor) =>
        life.Truth.Images.Count == 0 ? null : actor.Pick(life.Truth.InOrder());

    private static Dictionary<string, Digest?> Setting(string? name, Digest? image) =>
        name is null ? [] : new Dictionary<string, Digest?> { [Full(name)] = image };
}
