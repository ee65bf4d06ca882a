using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Swarm.Api.Http;
using Swarm.Runtime.Bundles;

namespace Swarm.Api.Containers;

/// <summary>The settings of a container's host side, with Docker's defaults where nothing was asked for.</summary>
internal static class HostConfigDocument
{
    private const string Defaults = """
        {
          "Binds": null, "ContainerIDFile": "", "LogConfig": { "Type": "json-file", "Config": {} },
          "NetworkMode": "bridge", "PortBindings": {}, "RestartPolicy": { "Name": "no", "MaximumRetryCount": 0 },
          "AutoRemove": false, "VolumeDriver": "", "VolumesFrom": null, "ConsoleSize": [0, 0], "CapAdd": null,
          "CapDrop": null, "CgroupnsMode": "private", "Dns": [], "DnsOptions": [], "DnsSearch": [],
          "ExtraHosts": null, "GroupAdd": null, "IpcMode": "private", "Cgroup": "", "Links": null, "OomScoreAdj": 0,
          "PidMode": "", "Privileged": false, "PublishAllPorts": false, "ReadonlyRootfs": false, "SecurityOpt": null,
          "UTSMode": "", "UsernsMode": "", "ShmSize": 67108864, "Runtime": "runc", "Isolation": "", "CpuShares": 0,
          "Memory": 0, "NanoCpus": 0, "CgroupParent": "", "BlkioWeight": 0, "BlkioWeightDevice": [],
          "BlkioDeviceReadBps": [], "BlkioDeviceWriteBps": [], "BlkioDeviceReadIOps": [],
          "BlkioDeviceWriteIOps": [], "CpuPeriod": 0, "CpuQuota": 0, "CpuRealtimePeriod": 0, "CpuRealtimeRuntime": 0,
          "CpusetCpus": "", "CpusetMems": "", "Devices": [], "DeviceCgroupRules": null, "DeviceRequests": null,
          "MemoryReservation": 0, "MemorySwap": 0, "MemorySwappiness": null, "OomKillDisable": false,
          "PidsLimit": null, "Ulimits": [], "CpuCount": 0, "CpuPercent": 0, "IOMaximumIOps": 0,
          "IOMaximumBandwidth": 0
        }
        """;

    /// <summary>Fields in which an empty word or a zero stands for the default.</summary>
    private static readonly string[] EmptyIsDefault =
        ["CgroupnsMode", "IpcMode", "Isolation", "Runtime", "ShmSize", "NetworkMode"];

    /// <summary>All that can be asked for, as Docker writes it.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        .. JsonNode.Parse(Defaults)!.AsObject().Select(field => field.Key),
        "Annotations", "Init", "MaskedPaths", "Mounts", "ReadonlyPaths", "StorageOpt", "Sysctls", "Tmpfs",
    ];

    /// <inheritdoc cref="ContainerDocument.Require"/>
    public static void Require(JsonFields asked)
    {
        RestartPolicy(asked.Object("RestartPolicy"));
        LogConfig(asked.Object("LogConfig"));
        PortBindings(asked.Object("PortBindings"));
    }

    public static JsonObject Of(ShownContainer shown)
    {
        var document = (JsonObject)JsonNode.Parse(Defaults)!;
        document["MaskedPaths"] = SpecWords.Words(HiddenPaths.Masked);
        document["ReadonlyPaths"] = SpecWords.Words(HiddenPaths.ReadOnly);
        var asked = shown.Asked.Object("HostConfig");
        foreach (var name in asked.Names)
        {
            if (asked.Find(name) is not { } value) continue;
            if (EmptyIsDefault.Contains(name) && asked.IsDefault(name)) continue;
            document[name] = value.DeepClone();
        }

        // Clients say "none" by a number.
        if (asked.Has("MemorySwappiness") && asked.Number("MemorySwappiness") < 0) document["MemorySwappiness"] = null;
        if (asked.Has("PidsLimit") && asked.Number("PidsLimit") <= 0) document["PidsLimit"] = null;
        document["Links"] = shown.Links.IsEmpty ? null : SpecWords.Words(shown.Links);
        if (shown.State.Definition.Spec.Shared.Network is { Length: > 0 } shared) document["NetworkMode"] = shared;
        if (asked.Text("NetworkMode") == "default") document["NetworkMode"] = "bridge";
        document["RestartPolicy"] = RestartPolicy(asked.Object("RestartPolicy"));
        document["LogConfig"] = LogConfig(asked.Object("LogConfig"));
        document["PortBindings"] = PortBindings(asked.Object("PortBindings"));
        if (document["Privileged"]!.GetValue<bool>())
            (document["MaskedPaths"], document["ReadonlyPaths"]) = (null, null);

        // Twice the memory, as it is where nothing else is said.
        if (asked.Number("Memory") is > 0 and var memory && asked.Number("MemorySwap") == 0)
            document["MemorySwap"] = memory * 2;
        return document;
    }

    // Whole, whichever of their fields the client left out.
    private static JsonObject RestartPolicy(JsonFields asked) => new()
    {
        ["Name"] = asked.Text("Name") is { Length: > 0 } name ? name : "no",
        ["MaximumRetryCount"] = asked.Number("MaximumRetryCount"),
    };

    private static JsonObject LogConfig(JsonFields asked) => new()
    {
        ["Type"] = asked.Text("Type") is { Length: > 0 } type ? type : "json-file",
        ["Config"] = asked.Find("Config")?.DeepClone() ?? new JsonObject(),
    };

    private static JsonObject PortBindings(JsonFields asked)
    {
        var bindings = new JsonObject();
        foreach (var port in asked.Names)
        {
            bindings[port] = asked.Has(port)
                ? new JsonArray([.. asked.Objects(port).Select(binding => new JsonObject
                {
                    ["HostIp"] = binding.Text("HostIp"),
                    ["HostPort"] = binding.Text("HostPort"),
                })])
                : null;
        }

        return bindings;
    }
}
