using System.Text.Json.Serialization;

namespace Swarm.Api.Nodes;

/// <summary>The answer to <c>GET /version</c>.</summary>
internal sealed record VersionAnswer(
    string Version, string ApiVersion, [property: JsonPropertyName("MinAPIVersion")] string MinApiVersion, string Os,
    string Arch, string KernelVersion);

/// <summary>The answer to <c>GET /info</c>: what is true of this host and known without asking others.</summary>
internal sealed record HostAnswer(
    [property: JsonPropertyName("ID")] string Id, string Name, string ServerVersion, int Images, int Containers,
    int ContainersRunning, int ContainersStopped, string Driver, string DockerRootDir,
    [property: JsonPropertyName("NCPU")] int ProcessorCount, long MemTotal, string KernelVersion, string OSType,
    string Architecture, string CgroupVersion, string[] Labels, string[] Warnings);
