using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Api.Volumes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Images;
using Swarm.Runtime.Nodes;

namespace Swarm.Api.Containers;

/// <summary>A container that is to be made, from the body of <c>POST /containers/create</c>.</summary>
/// <remarks>Each field is honoured, refused, or says what is so anyway: listed in docs/docker-api.md.</remarks>
internal static class ContainerReading
{
    /// <summary>Of the times of a health check: a millisecond.</summary>
    private const long LeastNanoseconds = 1_000_000;

    /// <param name="find">The container of a name, an id, or the beginning of one.</param>
    /// <exception cref="ApiException">What cannot be, or is not supported, named.</exception>
    public static (ContainerSpec Spec, StandaloneSettings Settings) Read(
        JsonFields config, Func<string, ContainerId> find)
    {
        var host = config.Object("HostConfig");
        config.RefuseZeros();
        UnsupportedFields.Refuse(config, host);
        ContainerDocument.Require(config);
        var image = config.Text("Image");
        if (image.Length == 0)
            throw new ApiException(StatusCodes.Status400BadRequest, "no image was named");
        var entrypoint = config.Words("Entrypoint");
        var command = config.Words("Cmd");
        var spec = new ContainerSpec
        {
            Image = image,
            // An entrypoint of one empty word is a way to have none, too.
            Entrypoint = entrypoint is [""] ? [] : entrypoint,
            Command = command is { IsEmpty: false } ? command : null,
            Environment = config.Words("Env") ?? [],
            WorkingDirectory = TextOrNull(config, "WorkingDir"),
            User = TextOrNull(config, "User"),
            Hostname = TextOrNull(config, "Hostname"),
            Domainname = config.Text("Domainname"),
            Labels = config.Texts("Labels"),
            Mounts = MountReading.Read(config, host),
            VolumesFrom = host.Words("VolumesFrom") ?? [],
            Limits = LimitReading.Read(host),
            HealthCheck = ReadCheck(config, image: null),
            StopSignal = TextOrNull(config, "StopSignal"),
            Tty = config.Flag("Tty"),
            OpenStdin = config.Flag("OpenStdin"),
            StdinOnce = config.Flag("StdinOnce"),
            ConsoleSize = ConsoleSizeReading.Read(host),
        };
        if (config.Has("StopTimeout"))
            spec = spec with { StopGrace = StopGrace(config.Number("StopTimeout")) };
        spec = WithHostSide(spec, host) with { Shared = NamespaceReading.Read(config, host, find) };
        spec = config.Flag("NetworkDisabled")
            ? spec with { NetworkMode = NetworkMode.None }
            : NetworkReading.Apply(spec, config, host);
        return (spec, RestartReading.Read(host) with
        {
            Reserved = LimitReading.Reserved(host, spec.Limits),
            Asked = config.Node.ToJsonString(),
        });
    }

    /// <summary>Where what was asked for is less than the image says: what it takes of the image.</summary>
    public static ContainerSpec OverImage(ContainerSpec spec, JsonFields config, ImageConfiguration image)
    {
        var publishesAll = spec.NetworkMode == NetworkMode.Bridge
            && config.Object("HostConfig").Flag("PublishAllPorts");
        return spec with
        {
            Ports = publishesAll
                ? [.. spec.Ports, .. PortReading.OfImage(image.ExposedPorts, spec.Ports)]
                : spec.Ports,
            HealthCheck = config.IsDefault("Healthcheck") ? spec.HealthCheck : ReadCheck(config, image.HealthCheck),
            // As in Docker: an empty list takes the image's entrypoint away and leaves its command, an empty word takes
            // both away.
            Command = HasNoEntrypoint(config) && spec.Command is null && !image.Command.IsEmpty
                ? image.Command
                : spec.Command,
        };
    }

    /// <summary>Whether it asks for an entrypoint of no words at all.</summary>
    public static bool HasNoEntrypoint(JsonFields config) => config.Words("Entrypoint") is { IsEmpty: true };

    private static ContainerSpec WithHostSide(ContainerSpec spec, JsonFields host)
    {
        var security = SecurityReading.Read(host);
        return spec with
        {
            AddCapabilities = host.Words("CapAdd") ?? [],
            DropCapabilities = host.Words("CapDrop") ?? [],
            ReadOnlyRoot = host.Flag("ReadonlyRootfs"),
            Privileged = host.Flag("Privileged"),
            NoNewPrivileges = security.NoNewPrivileges,
            ExtraHosts = NameServerReading.ExtraHosts(host),
            DnsServers = NameServerReading.Servers(host),
            Sysctls = host.Texts("Sysctls"),
            WritableMax = StorageReading.SizeMax(host),
            ShmSize = ShmSize(host),
            Ulimits = ProcessReading.Ulimits(host),
            Init = host.Flag("Init"),
            Groups = ProcessReading.Groups(host),
            DnsSearch = NameServerReading.Words(host, "DnsSearch"),
            DnsOptions = NameServerReading.Words(host, "DnsOptions"),
            OutOfMemoryScore = ProcessReading.OutOfMemoryScore(host),
            Devices = ProcessReading.Devices(host),
            Seccomp = security.Seccomp,
            MaskedPaths = host.Words("MaskedPaths"),
            ReadOnlyPaths = host.Words("ReadonlyPaths"),
            Log = LogReading.Read(host),
            BlockThrottles = CgroupReading.Throttles(host),
            DeviceWeights = CgroupReading.Weights(host),
            Cgroup = CgroupReading.Read(host),
            Annotations = host.Texts("Annotations"),
            AppArmor = security.AppArmor,
        };
    }

    private static Bytes ShmSize(JsonFields host) => host.Number("ShmSize") is >= 0 and var size
        ? new Bytes(size)
        : throw new ApiException(StatusCodes.Status400BadRequest, "SHM size can not be less than 0");

    /// <param name="image">The image's, which holds in all that is not said.</param>
    /// <returns>Null where there is no test.</returns>
    public static HealthCheck? ReadCheck(JsonFields config, HealthCheck? image)
    {
        var asked = config.Object("Healthcheck");
        var check = image ?? new HealthCheck([]);
        var retries = asked.Number("Retries");
        if (retries < 0)
            throw new ApiException(StatusCodes.Status400BadRequest, "Retries in Healthcheck cannot be negative");
        // Looked at without a test, too: who asks for what cannot be is told.
        check = check with
        {
            Test = asked.Words("Test") is { IsEmpty: false } test ? test : check.Test,
            Interval = TimeOr(asked, "Interval", check.Interval),
            Timeout = TimeOr(asked, "Timeout", check.Timeout),
            Retries = retries > 0 ? (int)Math.Min(retries, int.MaxValue) : check.Retries,
            StartPeriod = TimeOr(asked, "StartPeriod", check.StartPeriod),
            StartInterval = TimeOr(asked, "StartInterval", check.StartInterval),
            Said = check.Said | HealthTermsReading.Said(term => asked.Number(term) > 0),
        };
        return check.Test.IsEmpty ? null : check;
    }

    private static TimeSpan TimeOr(JsonFields fields, string name, TimeSpan otherwise)
    {
        var asked = fields.Number(name);
        if (asked is < 0 or > 0 and < LeastNanoseconds)
            throw new ApiException(StatusCodes.Status400BadRequest, $"{name} in Healthcheck cannot be less than 1ms");
        return asked > 0 ? fields.Nanoseconds(name) : otherwise;
    }

    /// <summary>Negative is for ever; beyond what there are timers for, it is as long as those last.</summary>
    private static TimeSpan StopGrace(long seconds) =>
        TimeSpan.FromSeconds(Math.Clamp(seconds, -1, (long)ServiceSpec.LongestTime.TotalSeconds));

    private static string? TextOrNull(JsonFields fields, string name) =>
        fields.Text(name) is { Length: > 0 } text ? text : null;
}
