using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Registry;

namespace Swarm.Api.Tests;

/// <summary>A registry that has one image of every name but <c>none</c>, and notes who asked.</summary>
internal sealed class FakeRegistries : IImageRegistries
{
    public List<RegistryCredentials> Shown { get; } = [];

    /// <summary>The images that alone would have done, in the order in which they were asked for.</summary>
    public List<Digest> Pinned { get; } = [];

    /// <summary>Thrown after the first step, where it is set.</summary>
    public RegistryException? Broken { get; set; }

    public Task<PulledImage> PullAsync(
        ImageReference name, string? platform, Digest? pinned, RegistryCredentials credentials,
        Action<TransferStep> tell, CancellationToken cancellation)
    {
        Require(name, credentials);
        if (pinned is { } wanted) Pinned.Add(wanted);
        tell(new TransferStep("0123456789ab", "Downloading", 500, 1000));
        if (Broken is not null) throw Broken;
        return Task.FromResult(new PulledImage(Digest.Of("pulled"u8), Digest.Of("manifest"u8), name, true));
    }

    public Task<ImmutableArray<string>> ListTagsAsync(
        ImageReference repository, RegistryCredentials credentials, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<string>>(["1", "2"]);

    public Task<PushedImage> PushAsync(
        ImageReference name, RegistryCredentials credentials, Action<TransferStep> tell,
        CancellationToken cancellation)
    {
        Require(name, credentials);
        return Task.FromResult(new PushedImage(Digest.Of("pushed"u8), name.Tag!, Digest.Of("manifest"u8), 123));
    }

    public Task<string> LogInAsync(
        string registry, RegistryCredentials credentials, CancellationToken cancellation)
    {
        Shown.Add(credentials);
        return credentials.Password == "right"
            ? Task.FromResult("")
            : throw new RegistryException(RegistryFault.Unauthorized, $"{registry}: unauthorized");
    }

    public Task<RemoteImage> DescribeAsync(
        ImageReference name, RegistryCredentials credentials, CancellationToken cancellation)
    {
        Require(name, credentials);
        return Task.FromResult(new RemoteImage(
            "type", Digest.Of("manifest"u8), 123, [new RemotePlatform("linux", "arm", "v7")]));
    }

    public Task<ImmutableArray<FoundRepository>> SearchAsync(
        string term, int limit, RegistryCredentials credentials, CancellationToken cancellation) =>
        Task.FromResult<ImmutableArray<FoundRepository>>(
            [new("one", "first", 5, true, false), new("two", "second", 1, false, false)]);

    private void Require(ImageReference name, RegistryCredentials credentials)
    {
        Shown.Add(credentials);
        if (name.Path == "library/none")
            throw new RegistryException(RegistryFault.NotFound, $"manifest for {name.Familiar} not found");
    }
}
