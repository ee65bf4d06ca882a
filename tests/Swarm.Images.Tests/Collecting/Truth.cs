using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Collecting;

namespace Swarm.Images.Tests.Collecting;

/// <summary>A container as the one knows it who made it.</summary>
internal sealed record MadeContainer(Digest Image, string Files, bool IsRunning)
{
    /// <summary>Its owner is about to do something with it.</summary>
    public bool IsTaken { get; init; }
}

/// <summary>An upload as its client knows it.</summary>
/// <param name="Acknowledged">Bytes.</param>
internal sealed record OpenUpload(ImageReference Repository, byte[] Content, long Acknowledged);

/// <summary>What was told to somebody, and what they count on: beside the store, as plainly as it can be said.
/// </summary>
/// <remarks>Who has the turn changes it; the rules for what goes are in docs/disk.md.</remarks>
internal sealed class Truth(StoreLife life)
{
    private int _removing;
    private int _removals;

    // They are taken in the order in which they came.
    private readonly Dictionary<Digest, int> _seen = [];

    public Dictionary<string, Digest> Names { get; private set; } = [];

    /// <summary>Images, each with whether it is a step of a build.</summary>
    public Dictionary<Digest, KnownStep> Images { get; private set; } = [];

    public List<Digest> HeldImages { get; } = [];

    public List<Digest> HeldBlobs { get; } = [];

    public HashSet<Digest> Kept { get; } = [];

    /// <summary>Images that outlive the process: all but the steps of builds that were not brought to the disk.
    /// </summary>
    public HashSet<Digest> Lasting { get; } = [];

    /// <summary>Results of builds that were brought to the disk.</summary>
    public HashSet<Digest> Results { get; } = [];

    public Dictionary<ContainerId, MadeContainer> Containers { get; } = [];

    /// <summary>Containers that somebody has begun to make or remove; a writable layer of them may be left.</summary>
    public HashSet<ContainerId> Unsure { get; } = [];

    /// <summary>Blobs that were pushed and wait for their manifest, by repository.</summary>
    public HashSet<(string Repository, Digest Blob)> Waiting { get; } = [];

    /// <summary>Manifests of things that are no images, each with its blobs.</summary>
    public Dictionary<Digest, Digest[]> Charts { get; } = [];

    /// <summary>Manifests that came from other nodes, when, and all that belongs to each.</summary>
    public Dictionary<Digest, (DateTimeOffset Since, Digest[] Blobs)> Brought { get; } = [];

    public Dictionary<string, OpenUpload> Uploads { get; } = [];

    /// <summary>All images, the one that came first first.</summary>
    public List<Digest> InOrder() => [.. Images.Keys.OrderBy(image => _seen[image])];

    /// <summary>How often manifests and blobs were taken away on purpose; null while somebody does it. What was
    /// promised to who pushes the same ends by that.</summary>
    public int? Removals => _removing == 0 ? _removals : null;

    /// <summary>Somebody takes away manifests or blobs, until it is disposed of.</summary>
    public IDisposable Removing()
    {
        _removing++;
        _removals++;
        return new Hold(() => _removing--);
    }

    /// <summary>Sees what has changed in the catalog, while the store is locked, and whether that may be.</summary>
    public void Judge()
    {
        if (Turns.Now is { } actor) life.Turns.Require(() => Judge([actor.Deed]));
    }

    /// <param name="deeds">Those that may have changed it; of none nothing but steps may have come.</param>
    public void Judge(IReadOnlyCollection<Deed> deeds)
    {
        var (images, names) = Look();
        foreach (var (name, before) in Names)
        {
            if (!names.TryGetValue(name, out var now)) RequireNameMayGo(name, deeds);
            else if (now != before) RequireMayBeSet(name, now, deeds);
        }

        foreach (var (name, now) in names.Where(one => !Names.ContainsKey(one.Key))) RequireMayBeSet(name, now, deeds);
        foreach (var (image, step) in Images.Where(one => !images.ContainsKey(one.Key)))
            RequireMayGo(image, step, names, deeds);
        foreach (var image in images.Keys)
        {
            _seen.TryAdd(image, _seen.Count);
            if (!Images.ContainsKey(image) && deeds.Any(deed => deed.Keeps)) Lasting.Add(image);
        }

        Lasting.IntersectWith(images.Keys);
        (Images, Names) = (images, names);
        Results.IntersectWith(images.Keys);
    }

    /// <summary>After the process has died and come back: who held something is gone.</summary>
    /// <param name="deeds">What was under way.</param>
    public void ComeBack(IReadOnlyCollection<Deed> deeds)
    {
        _removing = 0;
        HeldImages.Clear();
        HeldBlobs.Clear();
        var here = life.Store.List().Select(image => image.Id).ToHashSet();
        Kept.IntersectWith(here); // the mark of a fetch that was cut off goes with the process
        foreach (var step in Images.Keys.Where(one => !Lasting.Contains(one) && !here.Contains(one)).ToList())
        {
            Images.Remove(step);
            foreach (var name in Names.Where(one => one.Value == step).ToList()) Names.Remove(name.Key);
        }

        Judge(deeds);
        foreach (var (id, container) in Containers.ToList()) Containers[id] = container with { IsTaken = false };
        foreach (var left in life.Store.WritableLayers().Except(Containers.Keys))
        {
            if (!Unsure.Contains(left)) throw new BrokenRuleException($"container {left.Short} is nobody's");
            life.Store.UnmountRoot(left, discard: true); // as swarmd does when it starts
        }

        var shown = life.Store.Here.Select(image => image.Id).ToHashSet();
        if (Results.FirstOrDefault(result => !shown.Contains(result)) is { Value: not null } lost)
            throw new BrokenRuleException($"{lost}, which a build ended with, is a mere step after a restart");
    }

    private (Dictionary<Digest, KnownStep> Images, Dictionary<string, Digest> Names) Look()
    {
        var images = new Dictionary<Digest, KnownStep>();
        var names = new Dictionary<string, Digest>();
        foreach (var image in life.Store.List())
        {
            images.Add(image.Id, new KnownStep(image.Parent));
            foreach (var name in image.Names) names.Add(name.ToString(), image.Id);
        }

        return (images, names);
    }

    private static void RequireNameMayGo(string name, IReadOnlyCollection<Deed> deeds)
    {
        if (!deeds.Any(deed => deed.Removes && deed.Takes?.Invoke(name) != false))
            throw new BrokenRuleException($"the name {name} went by {string.Join(", ", deeds)}");
    }

    private static void RequireMayBeSet(string name, Digest image, IReadOnlyCollection<Deed> deeds)
    {
        if (!deeds.Any(deed => deed.Sets.TryGetValue(name, out var to) && (to is null || to == image)))
            throw new BrokenRuleException($"the name {name} came to mean {image} by {string.Join(", ", deeds)}");
    }

    private void RequireMayGo(
        Digest image, KnownStep step, Dictionary<string, Digest> names, IReadOnlyCollection<Deed> deeds)
    {
        var why = deeds.Where(deed => deed.Removes).Select(deed => WhyNot(image, deed)).ToList();
        if (why.Count == 0) throw new BrokenRuleException($"image {image} went by {string.Join(", ", deeds)}");
        if (why.TrueForAll(one => one is not null))
            throw new BrokenRuleException($"image {image} ({step}) went by {string.Join(", ", deeds)}, and {why[0]}");
        if (names.ContainsValue(image)) throw new BrokenRuleException($"image {image} went, and a name means it");
    }

    // Null where it may go by this.
    private string? WhyNot(Digest image, Deed deed)
    {
        var users = Containers.Values.Where(container => container.Image == image).ToList();
        if (HeldImages.Contains(image)) return "is held";
        if (users.Exists(container => container.IsRunning)) return "a container runs on it";
        if (users.Count > 0 && !deed.IsForced) return "a container lies on it";
        if (Kept.Contains(image) && !deed.IsOnPurpose) return "the cluster keeps it here";
        return !deed.TakesParents && Images.Values.Any(other => other.Parent == image)
            ? "another one was built from it"
            : null;
    }
}

/// <param name="Parent">Null where it was built from nothing, or is no step.</param>
internal sealed record KnownStep(Digest? Parent);
