using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json.Nodes;
using Swarm.Cli.Output;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Services;

namespace Swarm.Cli.Tests;

public sealed class DetailViewTests
{
    private static readonly ContainerSpec Unset = new() { Image = "" };

    private static readonly ImmutableSortedDictionary<string, string> Map =
        ImmutableSortedDictionary<string, string>.Empty.Add("a", "b");

    private static readonly ContainerSpec Switched = new()
    {
        Image = "a",
        ReadOnlyRoot = true,
        Privileged = true,
        NoNewPrivileges = true,
        Tty = true,
        OpenStdin = true,
        StdinOnce = true,
        Init = true,
    };

    private static readonly ContainerSpec Full = Switched with
    {
        PinnedImage = Digest.Of("a"u8),
        Entrypoint = [],
        Command = [],
        Environment = ["A=b"],
        WorkingDirectory = "/a",
        User = "a",
        Hostname = "a",
        Labels = Map,
        Mounts = [new MountSpec(MountKind.Bind, "/a", "/b")],
        NetworkMode = NetworkMode.Host,
        Networks = ["a"],
        Ports = [new PublishedPort(1, 2)],
        Limits = new ResourceLimits(new MilliCpu(1), new Bytes(1)),
        HealthCheck = new HealthCheck(["CMD", "a"]),
        StopSignal = "SIGHUP",
        StopGrace = TimeSpan.FromSeconds(1),
        AddCapabilities = ["a"],
        DropCapabilities = ["a"],
        ExtraHosts = ["a:1.2.3.4"],
        DnsServers = ["1.2.3.4"],
        Sysctls = Map,
        ShmSize = new Bytes(1),
        Ulimits = [new Ulimit("nofile", 1, 2)],
        Groups = ["a"],
        DnsSearch = ["a"],
        DnsOptions = ["a"],
        OutOfMemoryScore = 1,
        Devices = [new DeviceSpec("/dev/a")],
        Shared = new SharedNamespaces(Pid: "host"),
        Seccomp = "unconfined",
        MaskedPaths = [],
        ReadOnlyPaths = [],
        Endpoints = [],
        Links = [new LinkSpec("a", "b")],
        ExposedPorts = ["80/tcp"],
        Domainname = "a",
        Log = new LogSettings("none"),
        BlockThrottles = [new BlockThrottle(BlockThrottleKind.ReadBytes, "/dev/a", 1)],
        Cgroup = new CgroupSettings { Parent = "/a" },
        Annotations = Map,
        AppArmor = "a",
        VolumesFrom = ["a"],
        NetworkSettings = [new EndpointSpec("a")],
        WritableMax = new Bytes(1),
        DeviceWeights = [new DeviceWeight("/dev/a", 10)],
        ConsoleSize = new ConsoleSize(24, 80),
    };

    [Fact]
    public void Whatever_is_set_of_a_container_is_shown() => Assert.Empty(Unseen(Full, Unset, spec => spec));

    [Fact]
    public void Whatever_is_set_of_its_mounts_and_ports_is_shown()
    {
        var mount = new MountSpec(MountKind.Bind, "/a", "/b", ReadOnly: true)
        {
            Size = new Bytes(1),
            Mode = 0,
            CreateSource = true,
            Propagation = "shared",
            Subpath = "a",
            NoCopy = true,
            NonRecursive = true,
            Options = ["exec"],
            VolumeLabels = Map,
            VolumeOptions = Map,
            ReadOnlyDepth = ReadOnlyDepth.Top,
            Words = "ro",
        };
        var port = new PublishedPort(1, 2, PortProtocol.Udp, PublishMode.Host, "1.2.3.4") { HostPortLast = 3 };

        Assert.Empty(Unseen(mount, new MountSpec(default, "", ""), one => Unset with { Mounts = [one] }));
        Assert.Empty(Unseen(port, new PublishedPort(0, 0), one => Unset with { Ports = [one] }));
    }

    [Fact]
    public void Whatever_is_set_of_its_limits_is_shown()
    {
        var limits = new ResourceLimits(new MilliCpu(1), new Bytes(1), 1)
        {
            MemoryAndSwap = new Bytes(1),
            CpuShares = 1,
            CpuSet = "0",
            MemoryReservation = new Bytes(1),
            Swappiness = 0,
            MemoryNodes = "0",
            BlockWeight = 10,
            CpuPeriod = TimeSpan.FromMilliseconds(1),
            CpuQuota = TimeSpan.FromMilliseconds(1),
        };
        var cgroup = new CgroupSettings
        {
            Parent = "/a",
            DeviceRules = ["c 1:1 r"],
            WaitsForMemory = true,
            IsHostSeen = true,
        };

        Assert.Empty(Unseen(limits, ResourceLimits.None, one => Unset with { Limits = one }));
        Assert.Empty(Unseen(cgroup, CgroupSettings.Usual, one => Unset with { Cgroup = one }));
        Assert.Empty(Unseen(
            new BlockThrottle(BlockThrottleKind.WriteBytes, "/dev/a", 1), new BlockThrottle(default, "", 0),
            one => Unset with { BlockThrottles = [one] }));
        Assert.Empty(Unseen(new Ulimit("core", 1, 2), new Ulimit("", 0, 0), one => Unset with { Ulimits = [one] }));
        Assert.Empty(Unseen(
            new DeviceWeight("/dev/a", 10), new DeviceWeight("", 0), one => Unset with { DeviceWeights = [one] }));
    }

    [Fact]
    public void Whatever_is_set_of_its_networks_namespaces_devices_and_log_is_shown()
    {
        var link = new LinkSpec("a", "b") { Name = "c" };
        var endpoint = new EndpointSpec("a")
        {
            Address = "1.2.3.4",
            MacAddress = "02:42:ac:1e:00:02",
            Aliases = ["a"],
            Links = [link],
            GatewayPriority = 1,
            DriverOptions = Map,
        };
        var shared = new SharedNamespaces("host", "none", "host", "container:a", "host");
        var log = new LogSettings("local") { MaxBytes = new Bytes(1), Files = 1, Details = Map, Tag = "a" };

        Assert.Empty(Unseen(endpoint, new EndpointSpec(""), one => Unset with { NetworkSettings = [one] }));
        Assert.Empty(Unseen(endpoint, new EndpointSpec(""), one => Unset with { Endpoints = [one] }));
        Assert.Empty(Unseen(link, new LinkSpec("", ""), one => Unset with { Links = [one] }));
        Assert.Empty(Unseen(shared, SharedNamespaces.None, one => Unset with { Shared = one }));
        Assert.Empty(Unseen(
            new DeviceSpec("/dev/a", "/dev/b", "r"), new DeviceSpec(""), one => Unset with { Devices = [one] }));
        Assert.Empty(Unseen(log, new LogSettings(""), one => Unset with { Log = one }));
    }

    [Fact]
    public void What_is_seldom_set_is_not_spoken_of_where_it_is_not()
    {
        var shown = Show(Unset);

        foreach (var name in (string[])["ulimits", "devices", "seccomp", "endpoints", "links", "log", "init", "cgroup"])
            Assert.False(shown.ContainsKey(name), name);
    }

    /// <summary>The settings of which nothing is seen when each is set alone.</summary>
    private static IEnumerable<string> Unseen<T>(T set, T unset, Func<T, ContainerSpec> within) where T : class
    {
        var nothing = Show(within(unset)).ToJsonString();
        var copy = typeof(T).GetMethod("<Clone>$")!;
        foreach (var setting in typeof(T).GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (!setting.CanWrite) continue;
            var one = (T)copy.Invoke(unset, [])!;
            setting.SetValue(one, setting.GetValue(set));
            if (Show(within(one)).ToJsonString() == nothing) yield return $"{typeof(T).Name}.{setting.Name}";
        }
    }

    private static JsonObject Show(ContainerSpec container)
    {
        var spec = new ServiceSpec { Name = new ServiceName("web"), Container = container };
        var service = new ServiceDetails(new ServiceId("id"), spec, 1, UpdateStatus.None, []);
        return (JsonObject)DetailViews.Json(service, new Dictionary<NodeId, string>())["spec"]!["container"]!;
    }
}
