using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;
using Swarm.Runtime.Images;

namespace Swarm.Api.Tests;

/// <summary>A cluster that knows what it is told, and one other node that has it.</summary>
internal sealed class FakeClusterImages : IClusterImages
{
    private readonly Dictionary<ImageReference, (HeldImage Held, NameMeaning Meaning)> _known = [];

    /// <summary>Brings a manifest that another node has, and says whether there is one.</summary>
    public Func<ImageReference, Task<bool>> Bring { get; set; } = _ => Task.FromResult(false);

    /// <summary>What was fetched, and the names that it got here.</summary>
    public List<(Digest Id, ImmutableArray<ImageReference> Names)> Fetched { get; } = [];

    /// <summary>Lists that came for an image, and nothing else of it.</summary>
    public List<(Digest Id, ImmutableArray<ImageReference> Names)> ListsFetched { get; } = [];

    /// <summary>What the other node has with each of its images.</summary>
    public ImmutableArray<HeldList> Lists { get; set; } = [];

    /// <summary>No other node can be reached.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Another one can be reached, and does not say which images it has.</summary>
    public bool IsOneSilent { get; set; }

    /// <summary>Nobody tells what names mean.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Thrown by who is to give an image, where it is set.</summary>
    public PeerException? Refused { get; set; }

    public bool IsThere => true;

    /// <summary>The name means an image that another node has.</summary>
    /// <param name="fromRegistry">Whether it came from the registry of its name.</param>
    /// <param name="pushed">Whether it is known by a digest because it was pushed to a node.</param>
    /// <param name="manifest">By which the name was given.</param>
    public Digest Know(
        string text, bool fromRegistry, Digest? id = null, bool pushed = false, Digest? manifest = null)
    {
        var name = ImageReference.Parse(text);
        var image = id ?? Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));
        var byDigest = name with { Tag = null, Digest = Digest.Of("listed"u8) };
        var held = new HeldImage(
            new Peer("other", new Uri("http://127.0.0.1:1")), image, Digest.Of("manifest of others"u8), 100,
            fromRegistry || pushed ? [name, byDigest] : [name], new Bytes(1000))
        {
            OwnNames = pushed ? [byDigest] : [],
        };
        _known[name] = (
            held, new NameMeaning(image, fromRegistry ? ImageOrigin.Registry : ImageOrigin.Cluster)
            {
                Manifest = manifest,
            });
        return image;
    }

    /// <summary>Another node has an image as a copy only, for who has it by this name.</summary>
    public Digest Keep(string text)
    {
        var image = Know(text, fromRegistry: false);
        var name = ImageReference.Parse(text);
        var (held, origin) = _known[name];
        _known[name] = (held with { Names = [], KeptFor = [name] }, origin);
        return image;
    }

    public Task<NameMeaning?> FindMeaningAsync(ImageReference name, CancellationToken cancellation) => IsSilent
        ? Task.FromException<NameMeaning?>(new PeerException("nobody tells"))
        : Task.FromResult<NameMeaning?>(_known.GetValueOrDefault(name).Meaning);

    public async Task<ImmutableArray<HeldImage>> FindHoldersAsync(Digest id, CancellationToken cancellation) =>
        [.. (await ListAsync(cancellation)).Images.Where(held => held.Id == id)];

    public Task<ListedImages> ListAsync(CancellationToken cancellation) => Task.FromResult(new ListedImages(
        IsAlone ? [] : [.. _known.Values.Select(known => known.Held with { Lists = Lists })], IsWhole: !IsOneSilent));

    public async Task<ImmutableArray<HeldImage>> FindKnownByAsync(Digest digest, CancellationToken cancellation) =>
    [
        .. (await ListAsync(cancellation)).Images.Where(held =>
            held.Manifest == digest || held.Names.Any(name => name.Digest == digest)),
    ];

    public Task<(Digest Manifest, bool IsNew)> PullAsync(
        ImmutableArray<HeldImage> holders, ImmutableArray<ImageReference> names, Action<TransferStep> tell,
        CancellationToken cancellation)
    {
        if (Refused is { } refused) return Task.FromException<(Digest, bool)>(refused);
        Fetched.Add((holders[0].Id, names));
        return Task.FromResult((holders[0].Manifest, true));
    }

    public Task BringListsAsync(
        Digest image, ImmutableArray<HeldImage> holders, ImmutableArray<ImageReference> names,
        CancellationToken cancellation)
    {
        ListsFetched.Add((image, names));
        return Task.CompletedTask;
    }

    public Task<bool> BringManifestAsync(ImageReference name, CancellationToken cancellation) => Bring(name);
}
