using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Registry;
using Swarm.Images.Repositories;

namespace Swarm.Images.Tests.Collecting;

/// <summary>What another node was given comes to this one, because a client asks for it here.</summary>
internal sealed class BroughtDeeds(StoreLife life)
{
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private static readonly ImageReference Others = ImageReference.Parse("others");

    /// <summary>Blob by blob; then its manifest is kept.</summary>
    public async Task BringAsync(Actor actor)
    {
        var blob = TarBuilder.Bytes($"other {actor.Draws.Next(3)}");
        actor.Deed = new Deed("bring a manifest");
        byte[][] blobs = ["{}"u8.ToArray(), blob];
        var manifest = Sample.Chart(blob);
        var name = Others with { Tag = null, Digest = Digest.Of(manifest) };
        Digest[] held = [name.Digest.Value, .. blobs.Select(one => Digest.Of(one))];
        var hold = life.Store.HoldBlobs([.. held]);
        foreach (var one in blobs)
        {
            await life.Fetches.FetchAsync(
                new WantedBlob(Digest.Of(one), one.Length, "another node's"),
                (path, _, _) => Task.FromResult(StagedBlob.Write(path, one)), _ => { }, default);
            life.Turns.Between("fetches another");
        }

        life.Store.KeepBrought(name, PushedDocument.Read(manifest, ManifestType, "another node's"), manifest);
        life.Truth.Brought[name.Digest.Value] = (life.Time.GetUtcNow(), held);
        hold.Dispose();
    }
}
