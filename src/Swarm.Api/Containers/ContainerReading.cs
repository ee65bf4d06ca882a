using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Containers;

/// <summary>A container that is to be made, from the body of <c>POST /containers/create</c>.</summary>
/// <remarks>Each field is honoured, refused, or says what is so anyway: listed in docs/docker-api.md.</remarks>
internal static class ContainerReading
{
    /// <exception cref="ApiException">What cannot be, or is not supported, named.</exception>
    public static (ContainerSpec Spec, StandaloneSettings Settings) Read(JsonFields config)
    {
        var host = config.Object("HostConfig");
        UnsupportedFields.Refuse(config, host);
        var image = config.Text("Image");
        if (image.Length == 0)
            throw new ApiException(StatusCodes.Status400BadRequest, "no image was named");
        var entrypoint = config.Words("Entrypoint");
        var command = config.Words("Cmd");
        var spec = new ContainerSpec
        {
            Image = image,
            // An entrypoint of one empty word is the way to have none.
            Entrypoint = entrypoint is { } given ? given is [""] ? [] : given.IsEmpty ? null : given : null,
            Command = command is { IsEmpty: false } ? command : null,
            Environment = config.Words("Env") ?? [],
            WorkingDirectory = TextOrNull(config, "WorkingDir"),
            User = TextOrNull(config, "User"),
            Hostname = TextOrNull(config, "Hostname"),
            Labels = config.Texts("Labels"),
            Mounts = MountReading.Read(config, host),
            Limits = ReadLimits(host),
            HealthCheck = ReadCheck(config),
            StopSignal = TextOrNull(config, "StopSignal"),
            AddCapabilities = host.Words("CapAdd") ?? [],
            DropCapabilities = host.Words("CapDrop") ?? [],
            ReadOnlyRoot = host.Flag("ReadonlyRootfs"),
            Privileged = host.Flag("Privileged"),
            NoNewPrivileges = ReadSecurity(host),
            Tty = config.Flag("Tty"),
            OpenStdin = config.Flag("OpenStdin"),
            StdinOnce = config.Flag("StdinOnce"),
            ExtraHosts = host.Words("ExtraHosts") ?? [],
            DnsServers = host.Words("Dns") ?? [],
            Sysctls = host.Texts("Sysctls"),
            ShmSize = new Bytes(host.Number("ShmSize")),
        };
        if (config.Has("StopTimeout"))
            spec = spec with { StopGrace = TimeSpan.FromSeconds(config.Number("StopTimeout")) };
        spec = NetworkReading.Apply(spec, config, host);
        return (spec, RestartReading.Read(host) with
        {
            Reserved = Reserved(host, spec.Limits),
            Asked = config.Node.ToJsonString(),
        });
    }

    /// <summary>What it takes of the node: what it reserves, else what it may use at most.</summary>
    private static Resources Reserved(JsonFields host, ResourceLimits limits) => new(
        limits.Cpu,
        host.Number("MemoryReservation") is > 0 and var reserved ? new Bytes(reserved) : limits.Memory,
        limits.Pids);

    private static ResourceLimits ReadLimits(JsonFields host)
    {
        const long nanoPerMilli = 1_000_000;
        const long defaultPeriod = 100_000;
        var period = host.Number("CpuPeriod") is > 0 and var given ? given : defaultPeriod;
        var milli = host.Number("NanoCpus") is > 0 and var nano
            ? Math.Max(1, nano / nanoPerMilli)
            : Math.Max(0, host.Number("CpuQuota")) * 1000 / period;
        return new ResourceLimits(
            new MilliCpu(milli), new Bytes(host.Number("Memory")), Math.Max(0, host.Number("PidsLimit")))
        {
            MemoryAndSwap = new Bytes(host.Number("MemorySwap")),
            CpuShares = host.Number("CpuShares"),
            CpuSet = host.Text("CpusetCpus"),
        };
    }

    private static HealthCheck? ReadCheck(JsonFields config)
    {
        var asked = config.Object("Healthcheck");
        if (asked.Words("Test") is not { IsEmpty: false } test) return null;
        var check = new HealthCheck(test);
        return check with
        {
            Interval = TimeOr(asked, "Interval", check.Interval),
            Timeout = TimeOr(asked, "Timeout", check.Timeout),
            Retries = asked.Number("Retries") is > 0 and var retries ? (int)retries : check.Retries,
            StartPeriod = asked.Nanoseconds("StartPeriod"),
            StartInterval = TimeOr(asked, "StartInterval", check.StartInterval),
        };
    }

    private static TimeSpan TimeOr(JsonFields fields, string name, TimeSpan otherwise) =>
        fields.Nanoseconds(name) is var time && time > TimeSpan.Zero ? time : otherwise;

    /// <returns>Whether its programs may gain no privileges.</returns>
    private static bool ReadSecurity(JsonFields host)
    {
        var isStrict = false;
        foreach (var option in host.Words("SecurityOpt") ?? [])
        {
            switch (option.Replace('=', ':'))
            {
                case "no-new-privileges" or "no-new-privileges:true": isStrict = true; break;
                // Nothing is labelled, and no AppArmor profile is applied.
                case "no-new-privileges:false" or "label:disable" or "apparmor:unconfined": break;
                default:
                    throw new ApiException(
                        StatusCodes.Status501NotImplemented,
                        $"the security option {option} is not supported by this version of Swarm");
            }
        }

        return isStrict;
    }

    private static string? TextOrNull(JsonFields fields, string name) =>
        fields.Text(name) is { Length: > 0 } text ? text : null;
}
