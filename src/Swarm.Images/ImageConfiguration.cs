using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Images.Manifests;

namespace Swarm.Images;

/// <summary>What an image says of how it is to be run.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/config.md</remarks>
public sealed record ImageConfiguration
{
    public string Architecture { get; init; } = "";

    public string OperatingSystem { get; init; } = "linux";

    public string Variant { get; init; } = "";

    public string Author { get; init; } = "";

    public DateTimeOffset? Created { get; init; }

    public ImmutableArray<string> Entrypoint { get; init; } = [];

    public ImmutableArray<string> Command { get; init; } = [];

    public ImmutableArray<string> Environment { get; init; } = [];

    public string WorkingDirectory { get; init; } = "";

    public string User { get; init; } = "";

    /// <summary>As <c>80/tcp</c>.</summary>
    public ImmutableArray<string> ExposedPorts { get; init; } = [];

    public ImmutableArray<string> Volumes { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    public string? StopSignal { get; init; }

    public HealthCheck? HealthCheck { get; init; }

    /// <summary>What runs command lines of its Dockerfile; empty means <c>/bin/sh -c</c>.</summary>
    public ImmutableArray<string> Shell { get; init; } = [];

    /// <summary>Instructions that images built from this one begin with.</summary>
    public ImmutableArray<string> OnBuild { get; init; } = [];

    /// <summary>The same on a platform, as <c>linux/arm64</c>.</summary>
    /// <exception cref="ImageException">The text is no platform, or one of another operating system.</exception>
    public ImageConfiguration On(string platform)
    {
        var named = ImagePlatform.Parse(platform);
        if (named.OperatingSystem != ImagePlatform.Host.OperatingSystem)
        {
            throw new ImageException(
                ImageFault.Invalid, $"operating system is not supported: {named.OperatingSystem}");
        }

        return this with
        {
            OperatingSystem = named.OperatingSystem,
            Architecture = named.Architecture,
            Variant = named.Variant,
        };
    }
}
