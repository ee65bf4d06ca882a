using System.Text.Json.Nodes;
using Swarm.Api.Http;
using Swarm.Runtime;

namespace Swarm.Api.Nodes;

/// <summary>The answers to <c>GET /info</c> and <c>GET /version</c>: what is true of this host, in Docker's words.
/// </summary>
/// <remarks>Pure.</remarks>
internal static class HostDocument
{
    private const string Unchanging = """
        {
          "MemoryLimit": true, "KernelMemory": false, "KernelMemoryTCP": false,
          "CpuCfsPeriod": true, "CpuCfsQuota": true, "CPUShares": true, "CPUSet": true, "PidsLimit": true,
          "IPv4Forwarding": true, "BridgeNfIptables": true, "BridgeNfIp6tables": true, "Debug": false,
          "NFd": 0, "NGoroutines": 0, "NEventsListener": 0, "LoggingDriver": "json-file", "CgroupDriver": "cgroupfs",
          "IndexServerAddress": "https://index.docker.io/v1/", "GenericResources": null, "HttpProxy": "",
          "HttpsProxy": "", "NoProxy": "", "ExperimentalBuild": false, "LiveRestoreEnabled": true, "Isolation": "",
          "DefaultRuntime": "crun", "InitBinary": "docker-init",
          "Runtimes": { "crun": { "path": "crun" }, "runc": { "path": "crun" } },
          "ContainerdCommit": { "ID": "", "Expected": "" }, "RuncCommit": { "ID": "", "Expected": "" },
          "InitCommit": { "ID": "", "Expected": "" },
          "Plugins": {
            "Volume": ["local"], "Network": ["bridge", "host", "null"], "Authorization": null,
            "Log": ["journald", "json-file", "local", "none"]
          },
          "Swarm": {
            "NodeID": "", "NodeAddr": "", "LocalNodeState": "inactive", "ControlAvailable": false, "Error": "",
            "RemoteManagers": null
          }
        }
        """;

    public static JsonObject Describe(
        NodeFacts node, int images, IReadOnlyCollection<ContainerState> containers, IEnumerable<string> warnings,
        DateTimeOffset now)
    {
        var running = containers.Count(container => container.Phase == ContainerPhase.Running);
        var paused = containers.Count(container => container is { Phase: ContainerPhase.Running, IsPaused: true });
        var document = (JsonObject)JsonNode.Parse(Unchanging)!;
        document["ID"] = node.Id.Value;
        document["Name"] = node.Name;
        document["ServerVersion"] = node.Version;
        document["Images"] = images;
        document["Containers"] = containers.Count;
        document["ContainersRunning"] = running - paused;
        document["ContainersPaused"] = paused;
        document["ContainersStopped"] = containers.Count - running;
        document["Driver"] = "overlay2";
        document["DriverStatus"] = new JsonArray(
            Words(["Backing Filesystem", node.FileSystem is "ext2" or "ext3" or "ext4" ? "extfs" : node.FileSystem]),
            Words(["Supports d_type", "true"]), Words(["Using metacopy", "false"]),
            Words(["Native Overlay Diff", "true"]), Words(["userxattr", "false"]));
        document["DockerRootDir"] = node.DataRoot;
        document["NCPU"] = node.Processors;
        document["MemTotal"] = node.Memory.Value;
        document["KernelVersion"] = node.Kernel;
        document["OperatingSystem"] = node.OperatingSystem;
        document["OSVersion"] = "";
        document["OSType"] = "linux";
        document["Architecture"] = MachineOf(node.Architecture);
        document["SwapLimit"] = node.CountsSwap;
        document["CgroupVersion"] = $"{node.CgroupVersion}";
        document["OomKillDisable"] = node.CgroupVersion == 1;
        document["SystemTime"] = QueryTime.Written(now);
        document["SecurityOptions"] = Words(
            ["name=seccomp,profile=builtin", .. node.MapsUsers ? ["name=userns"] : (string[])[], "name=cgroupns"]);
        document["Labels"] = Words(node.Labels.Select(label => $"{label.Key}={label.Value}"));
        document["RegistryConfig"] = RegistryDocument.Of(node.Registries);
        document["Warnings"] = Words(warnings);
        return document;
    }

    public static JsonObject Version(NodeFacts node) => new()
    {
        ["Platform"] = new JsonObject { ["Name"] = "Swarm" },
        ["Version"] = node.Version,
        ["ApiVersion"] = ApiVersion.Newest,
        ["MinAPIVersion"] = ApiVersion.Oldest,
        ["GitCommit"] = "",
        ["GoVersion"] = "",
        ["Os"] = "linux",
        ["Arch"] = node.Architecture,
        ["KernelVersion"] = node.Kernel,
        ["BuildTime"] = "",
        ["Components"] = new JsonArray(new JsonObject
        {
            ["Name"] = "Engine",
            ["Version"] = node.Version,
            ["Details"] = new JsonObject
            {
                ["ApiVersion"] = ApiVersion.Newest,
                ["MinAPIVersion"] = ApiVersion.Oldest,
                ["Os"] = "linux",
                ["Arch"] = node.Architecture,
                ["KernelVersion"] = node.Kernel,
                ["GitCommit"] = "",
                ["GoVersion"] = "",
                ["BuildTime"] = "",
                ["Experimental"] = "false",
            },
        }),
    };

    /// <summary>As <c>uname</c> calls it.</summary>
    private static string MachineOf(string architecture) => architecture switch
    {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        var other => other,
    };

    private static JsonArray Words(IEnumerable<string> words) => [.. words.Select(word => (JsonNode)word)];
}
