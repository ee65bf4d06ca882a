using System.Collections.Immutable;
using Swarm.Core.Images;

namespace Swarm.Images.Registry;

/// <summary>The registries that images come from and go to.</summary>
/// <remarks>Safe for use by many at once. Told in docs/registries.md.</remarks>
public interface IImageRegistries
{
    /// <summary>Brings an image of a registry into the store, and makes its name mean it.</summary>
    /// <param name="platform">As <c>linux/arm64</c>; null for this host's.</param>
    /// <param name="pinned">The one image that will do; where the registry gives another, nothing of it is taken. Null
    /// for whichever it gives.</param>
    /// <param name="tell">Is told of each step, from several threads.</param>
    /// <exception cref="RegistryException">What the registry did not give.</exception>
    /// <exception cref="ImageException">What is wrong with what it gave; nothing of it is kept.</exception>
    Task<PulledImage> PullAsync(
        ImageReference name, string? platform, Digest? pinned, RegistryCredentials credentials,
        Action<TransferStep> tell, CancellationToken cancellation);

    /// <summary>The tags that a registry has of a repository.</summary>
    Task<ImmutableArray<string>> ListTagsAsync(
        ImageReference repository, RegistryCredentials credentials, CancellationToken cancellation);

    /// <summary>Brings an image of the store into a registry.</summary>
    /// <exception cref="ImageException">There is no image of this name.</exception>
    /// <exception cref="RegistryException">What the registry did not take.</exception>
    Task<PushedImage> PushAsync(
        ImageReference name, RegistryCredentials credentials, Action<TransferStep> tell,
        CancellationToken cancellation);

    /// <summary>Shows credentials to a registry.</summary>
    /// <param name="registry">Host and port; <c>docker.io</c> is Docker Hub.</param>
    /// <returns>A token that stands for the password from now on; empty where the registry gives none.</returns>
    /// <exception cref="RegistryException">It does not believe them, or is out of reach.</exception>
    Task<string> LogInAsync(string registry, RegistryCredentials credentials, CancellationToken cancellation);

    /// <summary>What a name means at its registry, without bringing it here.</summary>
    Task<RemoteImage> DescribeAsync(
        ImageReference name, RegistryCredentials credentials, CancellationToken cancellation);

    /// <summary>Repositories of a registry that fit a word.</summary>
    /// <param name="term">With a host before it, that registry is asked; else Docker Hub.</param>
    Task<ImmutableArray<FoundRepository>> SearchAsync(
        string term, int limit, RegistryCredentials credentials, CancellationToken cancellation);
}

/// <param name="Digest">Of the manifest, or the list of manifests, that the name means.</param>
/// <param name="IsNew">Whether the name means another image than before.</param>
public sealed record PulledImage(Digest Id, Digest Digest, ImageReference Name, bool IsNew)
{
    /// <summary>The manifest, or list, that its registry means by the name; null where it did not come from there.
    /// </summary>
    public Digest? Given { get; init; }
}

/// <param name="Size">Bytes of its manifest.</param>
public sealed record PushedImage(Digest Id, string Tag, Digest Digest, long Size);

/// <summary>A step of a transfer.</summary>
/// <param name="Id">What it is about: the short digest of a blob, a tag, or nothing.</param>
/// <param name="Status">In Docker's words.</param>
/// <param name="Total">Bytes; 0 where it is no matter of bytes.</param>
public sealed record TransferStep(string Id, string Status, long Current = 0, long Total = 0);

/// <param name="MediaType">Of the manifest or list.</param>
public sealed record RemoteImage(
    string MediaType, Digest Digest, long Size, ImmutableArray<RemotePlatform> Platforms);

public sealed record RemotePlatform(string OperatingSystem, string Architecture, string Variant);

public sealed record FoundRepository(string Name, string Description, long Stars, bool IsOfficial, bool IsAutomated);
