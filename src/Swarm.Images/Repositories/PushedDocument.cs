using System.Collections.Frozen;
using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Manifests;
using Swarm.Images.Registry;

namespace Swarm.Images.Repositories;

/// <summary>What a manifest, or a list of manifests, says that somebody pushes: read within limits.</summary>
/// <param name="MediaType">As it is given out again.</param>
/// <param name="Config">Null for a list.</param>
/// <param name="Layers">Those that lie elsewhere (<c>urls</c>) are left out. Of a list, what it lists that is no
/// manifest: the layers of a builder's cache.</param>
/// <param name="Subject">The digest of the manifest that it is about, by whichever algorithm.</param>
internal sealed record PushedDocument(
    string MediaType, Descriptor? Config, ImmutableArray<Descriptor> Layers, ImmutableArray<Descriptor> Children,
    string? Subject, string ArtifactType)
{
    private const int PartsMax = 1000;
    private const int TypeCharactersMax = 255;

    private static readonly FrozenSet<string> Lists = FrozenSet.ToFrozenSet(
        [MediaTypes.OciIndex, MediaTypes.DockerList]);

    private static readonly FrozenSet<string> LayerTypes = FrozenSet.ToFrozenSet(
    [
        "application/vnd.oci.image.layer.v1.tar", "application/vnd.oci.image.layer.v1.tar+gzip",
        "application/vnd.oci.image.layer.v1.tar+zstd", "application/vnd.docker.image.rootfs.diff.tar",
        "application/vnd.docker.image.rootfs.diff.tar.gzip", "application/vnd.docker.image.rootfs.diff.tar.zstd",
    ]);

    public static bool IsListType(string mediaType) => Lists.Contains(mediaType);

    /// <summary>Whether some layers lie elsewhere.</summary>
    public bool IsPartial { get; private init; }

    /// <summary>Whether it is an image that a container could be made of, as far as its types say.</summary>
    public bool IsImage => Config is { } config && !IsPartial && !Layers.IsEmpty
        && MediaTypes.Configurations.Contains(config.MediaType)
        && Layers.All(layer => LayerTypes.Contains(layer.MediaType));

    /// <summary>Blobs that have to be here.</summary>
    public ImmutableArray<Descriptor> Blobs => Config is null ? Layers : [Config, .. Layers];

    /// <exception cref="RepositoryException">What is wrong with it.</exception>
    public static PushedDocument Read(byte[] content, string contentType, string subject)
    {
        try
        {
            var json = JsonReading.Parse(content, subject);
            if (json.Find("schemaVersion")?.Number() is not 2) throw json.Invalid("has not the schemaVersion 2");
            var own = json.TextOr("mediaType", "");
            var type = TypeOf(contentType, own, json);
            // What looks like both would be read as one by some and as the other by others.
            var isList = Lists.Contains(type);
            if (isList != (json.Find("manifests") is not null)
                || isList == (json.Find("config") is not null || json.Find("layers") is not null))
            {
                throw json.Invalid($"is a {type} and does not look like one");
            }

            return isList ? ReadList(json, type) : ReadManifest(json, type);
        }
        catch (ImageException wrong)
        {
            throw new RepositoryException(RepositoryFault.ManifestInvalid, wrong.Message, wrong);
        }
    }

    public ManifestRecord Record(string repository, Digest digest, long size, DateTimeOffset now) => new(
        repository, digest, MediaType, size, [.. Blobs.Select(blob => blob.Digest).Distinct()],
        [.. Children.Select(child => child.Digest).Distinct()], Subject, ArtifactType, now);

    private static PushedDocument ReadList(JsonReading json, string type)
    {
        var listed = Parts(json.Get("manifests")).Select(Descriptor.Read)
            .ToLookup(one => one.MediaType.Length == 0 || MediaTypes.Manifests.Contains(one.MediaType));
        return new PushedDocument(
            type, null, [.. listed[false]], [.. listed[true]], SubjectOf(json), ArtifactTypeOf(json, ""));
    }

    private static PushedDocument ReadManifest(JsonReading json, string type)
    {
        var config = Descriptor.Read(json.Get("config"));
        var layers = Parts(json.Get("layers"));
        var here = layers.Where(layer => layer.Find("urls") is not { } urls || urls.Items().IsEmpty)
            .Select(Descriptor.Read).ToImmutableArray();
        return new PushedDocument(type, config, here, [], SubjectOf(json), ArtifactTypeOf(json, config.MediaType))
        {
            IsPartial = here.Length < layers.Length,
        };
    }

    private static ImmutableArray<JsonReading> Parts(JsonReading list)
    {
        var items = list.Items();
        return items.Length <= PartsMax ? items : throw list.Invalid($"has {items.Length} parts, more than {PartsMax}");
    }

    // It need not be here, and so need not have a digest that could be.
    private static string? SubjectOf(JsonReading json)
    {
        if (json.Find("subject") is not { } about) return null;
        if (about.Get("size").Number() is < 0 and var size) throw about.Invalid($"negative size {size}");
        var digest = about.Get("digest");
        return DigestForm.IsDigest(digest.Text()) ? digest.Text() : throw digest.Invalid(
            $"'{digest.Text()}' is no digest");
    }

    private static string ArtifactTypeOf(JsonReading json, string otherwise)
    {
        var type = json.TextOr("artifactType", "") is { Length: > 0 } own ? own : otherwise;
        return type.Length <= TypeCharactersMax ? type : throw json.Invalid(
            $"has an artifactType of more than {TypeCharactersMax} characters");
    }

    // What it was sent as; what it says itself where it was sent as nothing; else what it looks like.
    private static string TypeOf(string contentType, string own, JsonReading json)
    {
        var sent = contentType.Split(';')[0].Trim();
        if (own.Length > 0 && sent.Length > 0 && own != sent)
            throw json.Invalid($"was sent as {sent}, and says that it is {own}");
        var type = sent.Length > 0 ? sent : own.Length > 0 ? own
            : ImageIndex.IsIndex(json) ? MediaTypes.OciIndex : MediaTypes.OciManifest;
        return MediaTypes.Manifests.Contains(type) ? type : throw json.Invalid(
            $"'{type}' is none of {string.Join(", ", MediaTypes.Manifests)}");
    }
}
