using Swarm.Client.Compose;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Client.Tests;

/// <summary>Keys that say what a container gets of its host, how it is called, and how it is mounted.</summary>
public sealed class ComposeHostSideTests
{
    [Fact]
    public void Limits_of_processes_devices_and_groups_are_read()
    {
        var read = Read("""
            init: true
            ulimits: {nproc: 65535, nofile: {soft: 20000, hard: 40000}, core: -1}
            devices: ["/dev/fuse", "/dev/a:/dev/b:rw", {source: /dev/c, target: /dev/d, permissions: r}]
            device_cgroup_rules: ["c 10:200 rwm"]
            group_add: [audio, 999]
            oom_score_adj: 500
            storage_opt: {size: 10G}
            """);

        Assert.True(read.Init);
        Assert.Equal(
            [new Ulimit("nproc", 65535, 65535), new Ulimit("nofile", 20000, 40000), new Ulimit("core", -1, -1)],
            read.Ulimits.AsEnumerable());
        Assert.Equal(
            [
                new DeviceSpec("/dev/fuse"), new DeviceSpec("/dev/a", "/dev/b", "rw"),
                new DeviceSpec("/dev/c", "/dev/d", "r"),
            ],
            read.Devices.AsEnumerable());
        Assert.Equal(["c 10:200 rwm"], read.Cgroup.DeviceRules.AsEnumerable());
        Assert.Equal(["audio", "999"], read.Groups.AsEnumerable());
        Assert.Equal(500, read.OutOfMemoryScore);
        Assert.Equal(Bytes.FromMebibytes(10 * 1024), read.WritableMax);
    }

    [Fact]
    public void Namespaces_cgroups_and_what_slows_them_are_read()
    {
        var read = Read("""
            pid: host
            ipc: shareable
            uts: host
            userns_mode: host
            cgroup: host
            cgroup_parent: mine/own
            oom_kill_disable: true
            mem_reservation: 16m
            mem_swappiness: 10
            cpu_period: 50000
            cpu_quota: 75500
            blkio_config:
              weight: 300
              weight_device: [{path: /dev/sdb, weight: 20}]
              device_read_bps: [{path: /dev/sda, rate: 12mb}]
            annotations: {a: b}
            """);

        Assert.Equal(new SharedNamespaces("host", "shareable", "host", User: "host"), read.Shared);
        Assert.Equal(
            ("/mine/own", true, true), (read.Cgroup.Parent, read.Cgroup.IsHostSeen, read.Cgroup.WaitsForMemory));
        Assert.Equal(Bytes.FromMebibytes(16), read.Limits.MemoryReservation);
        Assert.Equal((10, 300), (read.Limits.Swappiness, read.Limits.BlockWeight));
        Assert.Equal(
            new BlockThrottle(BlockThrottleKind.ReadBytes, "/dev/sda", 12 << 20), Assert.Single(read.BlockThrottles));
        Assert.Equal([new DeviceWeight("/dev/sdb", 20)], read.DeviceWeights.AsEnumerable());
        Assert.Equal(
            (TimeSpan.FromMilliseconds(50), TimeSpan.FromMicroseconds(75_500), new MilliCpu(1510)),
            (read.Limits.CpuPeriod, read.Limits.CpuQuota, read.Limits.Cpu));
        Assert.Equal("b", read.Annotations["a"]);
    }

    [Fact]
    public void Names_and_whom_to_ask_for_them_are_read()
    {
        var read = Read("""
            domainname: example.org
            extra_hosts: {db: [10.0.0.9, "::1"], host: host-gateway}
            dns_search: [a.example, .]
            dns_opt: ["ndots:2", rotate]
            expose: [3000, "8000-8001", 53/udp]
            """);

        Assert.Equal("example.org", read.Domainname);
        Assert.Equal(["db:10.0.0.9", "db:::1", "host:host-gateway"], read.ExtraHosts.AsEnumerable());
        Assert.Equal(["a.example", "."], read.DnsSearch.AsEnumerable());
        Assert.Equal(["ndots:2", "rotate"], read.DnsOptions.AsEnumerable());
        Assert.Equal(["3000/tcp", "53/udp", "8000/tcp", "8001/tcp"], read.ExposedPorts.AsEnumerable());
    }

    [Fact]
    public void A_log_of_its_own_is_read() => Assert.Equal(
        (new Bytes(10 << 20), 3, "web"),
        Read("logging: {driver: local, options: {max-size: 10m, max-file: 3, tag: web}}").Log is { Driver: "local" } log
            ? (log.MaxBytes, log.Files, log.Tag)
            : default);

    [Fact]
    public void A_profile_goes_with_the_service_as_text_without_blanks()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, """{ "defaultAction": "SCMP_ACT_ALLOW",   "syscalls": [ ] }""");

            var read = Read($"security_opt: [\"seccomp:{path}\", apparmor=mine, systempaths=unconfined]");

            Assert.Equal("""{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[]}""", read.Seccomp);
            Assert.Equal("mine", read.AppArmor);
            Assert.True(read is { MaskedPaths: [], ReadOnlyPaths: [] });
            Assert.Equal("unconfined", Read("security_opt: [seccomp=unconfined]").Seccomp);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_profile_that_is_too_large_for_a_specification_is_refused()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, $$"""{"defaultAction": "SCMP_ACT_ALLOW", "x": "{{new string('x', 40_000)}}" }""");

            var refused = Assert.Throws<ComposeException>(() => Read($"security_opt: [\"seccomp:{path}\"]"));

            Assert.Contains("larger than", Assert.Single(refused.Errors).Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Options_of_volumes_binds_and_tmpfs_are_read()
    {
        var mounts = Read("""
            volumes:
              - "data:/a:ro,nocopy"
              - "/b:/b:rslave,z"
              - {type: volume, source: data, target: /c, read_only: true, volume: {nocopy: true, subpath: in/it}}
              - {type: bind, source: /d, target: /d, bind: {propagation: rshared, recursive: disabled}}
              - {type: bind, source: /e, target: /e, read_only: true, bind: {recursive: writable}}
            tmpfs: ["/f:uid=7,exec,size=50%,mode=0700"]
            """).Mounts;

        Assert.Equal((true, true, "s_data"), (mounts[0].ReadOnly, mounts[0].NoCopy, mounts[0].Source));
        Assert.Equal("rslave", mounts[1].Propagation);
        Assert.Equal((true, true, "in/it"), (mounts[2].ReadOnly, mounts[2].NoCopy, mounts[2].Subpath));
        Assert.Equal(("rshared", true), (mounts[3].Propagation, mounts[3].NonRecursive));
        Assert.Equal((true, ReadOnlyDepth.Top), (mounts[4].ReadOnly, mounts[4].ReadOnlyDepth));
        Assert.Equal(["uid=7", "exec", "size=50%"], mounts[5].Options.AsEnumerable());
        Assert.Equal(448, mounts[5].Mode);
    }

    [Fact]
    public void A_volume_is_made_as_the_file_says_or_is_there_under_its_own_name()
    {
        var services = Stack("""
            services:
              web: {image: a, volumes: ["data:/a", "old:/b", "mine:/c"]}
            volumes:
              data: {driver_opts: {type: tmpfs, device: tmpfs, o: size=1m}, labels: [x=y]}
              old: {external: true}
              mine: {external: true, name: other}
            """).Services;

        var mounts = services[0].Container.Mounts;
        Assert.Equal(["s_data", "old", "other"], mounts.Select(mount => mount.Source));
        Assert.Equal("y", mounts[0].VolumeLabels["x"]);
        Assert.Equal("size=1m", mounts[0].VolumeOptions["o"]);
    }

    [Fact]
    public void Aliases_and_links_say_how_a_service_is_in_its_networks()
    {
        var services = Stack("""
            services:
              web:
                image: a
                links: [db, "db:store"]
                networks: {front: {aliases: [www, www], gw_priority: 7}, back: }
              db: {image: a, networks: [back]}
            networks: {front: , back: }
            """).Services;

        Assert.Equal(["s_front", "s_back"], services[0].Container.Networks.AsEnumerable());
        var settings = services[0].Container.NetworkSettings;
        Assert.Equal(["s_front", "s_back"], settings.Select(one => one.Network));
        Assert.Equal(["www"], settings[0].Aliases.AsEnumerable());
        Assert.Equal((7, 0), (settings[0].GatewayPriority, settings[1].GatewayPriority));
        Assert.All(settings, one => Assert.Equal(
            [new LinkSpec("s_db", "db"), new LinkSpec("s_db", "store")], one.Links.AsEnumerable()));
        Assert.Empty(services[1].Container.NetworkSettings);
    }

    private static ContainerSpec Read(string keys)
    {
        var lines = keys.ReplaceLineEndings("\n").Split('\n').Select(line => "    " + line);
        return Stack($"services:\n  web:\n    image: a\n{string.Join('\n', lines)}\nvolumes: {{data: }}\n")
            .Services[0].Container;
    }

    private static ComposeStack Stack(string text) =>
        ComposeFile.Parse(text, "/srv/compose.yml", "s", new Dictionary<string, string>());
}
