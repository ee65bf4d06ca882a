using System.Collections.Immutable;

namespace Swarm.Images.Registry;

/// <summary>How registries are spoken with.</summary>
public sealed record RegistryOptions
{
    /// <summary>Hosts, as <c>name</c>, <c>name:port</c> or a network <c>10.0.0.0/8</c>, whose certificates are not
    /// checked and that may speak plain HTTP. Loopback always is one of them.</summary>
    public ImmutableArray<string> InsecureRegistries { get; init; } = [];

    /// <summary>Asked before Docker Hub for its images, in this order; absolute addresses.</summary>
    public ImmutableArray<Uri> Mirrors { get; init; } = [];

    /// <summary>Blobs fetched at a time, of all pulls together. Default 3, from 1.</summary>
    public int ParallelDownloads { get; init; } = 3;

    /// <summary>Blobs sent at a time, of all pushes together. Default 5, from 1.</summary>
    public int ParallelUploads { get; init; } = 5;

    /// <summary>How often one thing is tried at most before the registry counts as out of reach. Default 5, from 1.
    /// </summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Before the second attempt; each further one waits twice as long. Default 1 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait between two attempts, whatever the registry asks for. Default 30 s.</summary>
    public TimeSpan RetryDelayMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A connection on which nothing comes for so long is lost. Default 60 s.</summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(60);
}
