using System.Text.Json.Nodes;
using Swarm.Core.Containers;

namespace Swarm.Cli.Output;

/// <summary>What a container shall be, as <c>swarm inspect</c> writes it.</summary>
/// <remarks>The usual settings always, the others where they are set.</remarks>
internal static class ContainerViews
{
    public static JsonObject Json(ContainerSpec container) => Usual(container)
        .With("stdinOnce", container.StdinOnce)
        .With("init", container.Init)
        .With("groups", container.Groups)
        .With("domainname", container.Domainname)
        .With("dnsSearch", container.DnsSearch)
        .With("dnsOptions", container.DnsOptions)
        .With("exposedPorts", container.ExposedPorts)
        .With("endpoints", container.Endpoints is { } only ? new JsonArray([.. only.Select(Endpoint)]) : null)
        .With("networkSettings", container.NetworkSettings, Endpoint)
        .With("links", container.Links, Link)
        .With("namespaces", Namespaces(container.Shared))
        .With("volumesFrom", container.VolumesFrom)
        .With("devices", container.Devices, Device)
        .With("blockThrottles", container.BlockThrottles, Throttle)
        .With("deviceWeights", container.DeviceWeights, Weight)
        .With("ulimits", container.Ulimits, Ulimit)
        .With("consoleSize", container.ConsoleSize is { } size ? ConsoleSize(size) : null)
        .With("outOfMemoryScore", container.OutOfMemoryScore)
        .With("cgroup", Cgroup(container.Cgroup))
        .With("seccomp", container.Seccomp)
        .With("appArmor", container.AppArmor)
        .With("maskedPaths", Texts.ArrayOrNull(container.MaskedPaths))
        .With("readOnlyPaths", Texts.ArrayOrNull(container.ReadOnlyPaths))
        .With("log", container.Log is { } log ? Log(log) : null)
        .With("annotations", Texts.Map(container.Annotations));

    private static JsonObject Usual(ContainerSpec container) => new()
    {
        ["image"] = container.Image,
        ["imageId"] = container.PinnedImage?.Value,
        ["entrypoint"] = Texts.ArrayOrNull(container.Entrypoint),
        ["command"] = Texts.ArrayOrNull(container.Command),
        ["environment"] = Texts.Array(container.Environment),
        ["workingDirectory"] = container.WorkingDirectory,
        ["user"] = container.User,
        ["hostname"] = container.Hostname,
        ["labels"] = Texts.Map(container.Labels),
        ["mounts"] = new JsonArray([.. container.Mounts.Select(Mount)]),
        ["networkMode"] = Texts.Word(container.NetworkMode),
        ["networks"] = Texts.Array(container.Networks),
        ["ports"] = Texts.Ports(container.Ports),
        ["limits"] = Limits(container.Limits),
        ["healthCheck"] = container.HealthCheck is { } check ? HealthCheck(check) : null,
        ["stopSignal"] = container.StopSignal,
        ["stopGraceSeconds"] = container.StopGrace.TotalSeconds,
        ["addCapabilities"] = Texts.Array(container.AddCapabilities),
        ["dropCapabilities"] = Texts.Array(container.DropCapabilities),
        ["readOnlyRoot"] = container.ReadOnlyRoot,
        ["privileged"] = container.Privileged,
        ["noNewPrivileges"] = container.NoNewPrivileges,
        ["tty"] = container.Tty,
        ["openStdin"] = container.OpenStdin,
        ["extraHosts"] = Texts.Array(container.ExtraHosts),
        ["dnsServers"] = Texts.Array(container.DnsServers),
        ["sysctls"] = Texts.Map(container.Sysctls),
        ["shmSizeBytes"] = container.ShmSize.Value,
        ["writableBytesMax"] = container.WritableMax.Value,
    };

    private static JsonObject ConsoleSize(ConsoleSize size) => new()
    {
        ["rows"] = size.Rows,
        ["columns"] = size.Columns,
    };

    private static JsonObject Mount(MountSpec mount) => new JsonObject
    {
        ["kind"] = Texts.Word(mount.Kind),
        ["source"] = mount.Source,
        ["target"] = mount.Target,
        ["readOnly"] = mount.ReadOnly,
    }
        .With("readOnlyDepth", mount.ReadOnlyDepth == default ? null : Texts.Word(mount.ReadOnlyDepth))
        .With("sizeBytes", mount.Size.Value)
        .With("mode", mount.Mode is { } bits ? Convert.ToString(bits, toBase: 8) : null)
        .With("options", mount.Options)
        .With("createSource", mount.CreateSource)
        .With("propagation", mount.Propagation)
        .With("nonRecursive", mount.NonRecursive)
        .With("subpath", mount.Subpath)
        .With("noCopy", mount.NoCopy)
        .With("volumeLabels", Texts.Map(mount.VolumeLabels))
        .With("volumeOptions", Texts.Map(mount.VolumeOptions))
        .With("words", mount.Words);

    private static JsonObject Limits(ResourceLimits limits) => new JsonObject
    {
        ["milliCpu"] = limits.Cpu.Value,
        ["memoryBytes"] = limits.Memory.Value,
        ["pids"] = limits.Pids,
        ["memoryAndSwapBytes"] = limits.MemoryAndSwap.Value,
        ["cpuShares"] = limits.CpuShares,
        ["cpuSet"] = limits.CpuSet,
    }
        .With("cpuPeriodSeconds", limits.CpuPeriod)
        .With("cpuQuotaSeconds", limits.CpuQuota)
        .With("memoryReservationBytes", limits.MemoryReservation.Value)
        .With("memoryNodes", limits.MemoryNodes)
        .With("swappiness", limits.Swappiness)
        .With("blockWeight", limits.BlockWeight);

    private static JsonObject HealthCheck(HealthCheck check) => new()
    {
        ["test"] = Texts.Array(check.Test),
        ["intervalSeconds"] = check.Interval.TotalSeconds,
        ["timeoutSeconds"] = check.Timeout.TotalSeconds,
        ["retries"] = check.Retries,
        ["startPeriodSeconds"] = check.StartPeriod.TotalSeconds,
        ["startIntervalSeconds"] = check.StartInterval.TotalSeconds,
    };

    private static JsonObject Endpoint(EndpointSpec endpoint) => new JsonObject { ["network"] = endpoint.Network }
        .With("address", endpoint.Address)
        .With("macAddress", endpoint.MacAddress)
        .With("aliases", endpoint.Aliases)
        .With("links", endpoint.Links, Link)
        .With("gatewayPriority", endpoint.GatewayPriority)
        .With("driverOptions", Texts.Map(endpoint.DriverOptions));

    private static JsonObject Link(LinkSpec link) =>
        new JsonObject { ["container"] = link.Container, ["alias"] = link.Alias }.With("name", link.Name);

    private static JsonObject Namespaces(SharedNamespaces shared) => new JsonObject()
        .With("pid", shared.Pid)
        .With("ipc", shared.Ipc)
        .With("uts", shared.Uts)
        .With("network", shared.Network)
        .With("user", shared.User);

    private static JsonObject Device(DeviceSpec device) => new JsonObject { ["source"] = device.Source }
        .With("target", device.Target)
        .With("access", device.Access);

    private static JsonObject Throttle(BlockThrottle throttle) => new()
    {
        ["kind"] = Texts.Word(throttle.Kind),
        ["path"] = throttle.Path,
        ["rate"] = throttle.Rate,
    };

    private static JsonObject Weight(DeviceWeight device) =>
        new() { ["path"] = device.Path, ["weight"] = device.Weight };

    private static JsonObject Ulimit(Ulimit limit) =>
        new() { ["name"] = limit.Name, ["soft"] = limit.Soft, ["hard"] = limit.Hard };

    private static JsonObject Cgroup(CgroupSettings cgroup) => new JsonObject()
        .With("parent", cgroup.Parent)
        .With("deviceRules", cgroup.DeviceRules)
        .With("waitsForMemory", cgroup.WaitsForMemory)
        .With("isHostSeen", cgroup.IsHostSeen);

    private static JsonObject Log(LogSettings log) => new JsonObject { ["driver"] = log.Driver }
        .With("maxBytes", log.MaxBytes.Value)
        .With("files", log.Files)
        .With("details", Texts.Map(log.Details))
        .With("tag", log.Tag);
}
