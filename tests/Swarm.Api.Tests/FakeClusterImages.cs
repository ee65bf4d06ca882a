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
    private readonly Dictionary<ImageReference, HeldImage> _known = [];

    /// <summary>What was fetched, and the names that it got here.</summary>
    public List<(Digest Id, ImmutableArray<ImageReference> Names)> Fetched { get; } = [];

    /// <summary>The name means an image that another node has.</summary>
    /// <param name="fromRegistry">Whether it came from the registry of its name.</param>
    public Digest Know(string text, bool fromRegistry)
    {
        var name = ImageReference.Parse(text);
        var id = Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));
        ImmutableArray<ImageReference> names = fromRegistry
            ? [name, name with { Tag = null, Digest = Digest.Of("listed"u8) }]
            : [name];
        _known[name] = new HeldImage(
            new Peer("other", new Uri("http://127.0.0.1:1")), id, Digest.Of("manifest of others"u8), 100, names,
            new Bytes(1000));
        return id;
    }

    public Task<Digest?> FindMeaningAsync(ImageReference name, CancellationToken cancellation) =>
        Task.FromResult<Digest?>(_known.TryGetValue(name, out var held) ? held.Id : null);

    public Task<ImmutableArray<HeldImage>> FindHoldersAsync(Digest id, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<HeldImage>>([.. _known.Values.Where(held => held.Id == id)]);

    public Task<ImmutableArray<HeldImage>> ListAsync(CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<HeldImage>>([.. _known.Values]);

    public Task<(Digest Manifest, bool IsNew)> PullAsync(
        ImmutableArray<HeldImage> holders, ImmutableArray<ImageReference> names, Action<TransferStep> tell,
        CancellationToken cancellation)
    {
        Fetched.Add((holders[0].Id, names));
        return Task.FromResult((holders[0].Manifest, true));
    }
}
