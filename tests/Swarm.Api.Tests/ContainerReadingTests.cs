using System.Text;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Api.Tests;

public sealed class ContainerReadingTests
{
    private static readonly ContainerId Other = new(new string('a', 64));

    [Fact]
    public void What_a_container_gets_of_its_host_is_read_field_by_field()
    {
        var spec = Read("""
            {"Ulimits":[{"Name":"nofile","Soft":1,"Hard":2}],"Init":true,"GroupAdd":["7"],"DnsSearch":["a.b"],
             "DnsOptions":["ndots:1"],"OomScoreAdj":-5,"PidMode":"container:other","IpcMode":"shareable",
             "UTSMode":"host",
             "Devices":[{"PathOnHost":"/dev/a","PathInContainer":"/dev/b","CgroupPermissions":"r"}],
             "SecurityOpt":["seccomp={\"a\":1}","no-new-privileges"],"MaskedPaths":[],"ReadonlyPaths":["/proc/x"],
             "ConsoleSize":[21,77],"CpusetMems":"0","BlkioWeight":300,"MemorySwappiness":7,"MemoryReservation":10000000}
            """);

        Assert.Equal(new Ulimit("nofile", 1, 2), Assert.Single(spec.Ulimits));
        Assert.Equal(new ConsoleSize(21, 77), spec.ConsoleSize);
        Assert.True(spec.Init);
        Assert.Equal(["7"], spec.Groups.ToArray());
        Assert.Equal(["a.b"], spec.DnsSearch.ToArray());
        Assert.Equal(["ndots:1"], spec.DnsOptions.ToArray());
        Assert.Equal(-5, spec.OutOfMemoryScore);
        Assert.Equal(new SharedNamespaces($"container:{Other}", "shareable", "host"), spec.Shared);
        Assert.Equal(new DeviceSpec("/dev/a", "/dev/b", "r"), Assert.Single(spec.Devices));
        Assert.Equal("""{"a":1}""", spec.Seccomp);
        Assert.True(spec.NoNewPrivileges);
        Assert.Empty(spec.MaskedPaths!.Value);
        Assert.Equal(["/proc/x"], spec.ReadOnlyPaths!.Value.ToArray());
        Assert.Equal(
            ResourceLimits.None with
            {
                MemoryNodes = "0",
                BlockWeight = 300,
                Swappiness = 7,
                MemoryReservation = new Bytes(10_000_000),
            },
            spec.Limits);
    }

    [Theory]
    [InlineData("""{"CpuQuota":12345,"CpuPeriod":20000}""", 617, 20_000, 12_345)]
    [InlineData("""{"CpuQuota":12345}""", 123, 0, 12_345)]
    [InlineData("""{"CpuPeriod":20000}""", 0, 20_000, 0)]
    [InlineData("""{"CpuQuota":-1,"CpuPeriod":20000}""", 0, 20_000, 0)]
    [InlineData("""{"NanoCpus":500000000}""", 500, 0, 0)]
    [InlineData("""{"NanoCpus":123450000}""", 123, 0, 12_345)]
    [InlineData("""{"CpuQuota":9223372036854775807,"CpuPeriod":1000000}""", 17_592_186_044, 1_000_000, 1L << 44)]
    public void A_quota_of_the_processors_is_kept_as_it_was_asked_for(
        string host, long milli, long period, long quota)
    {
        var limits = Read(host).Limits;

        Assert.Equal(
            (new MilliCpu(milli), TimeSpan.FromMicroseconds(period), TimeSpan.FromMicroseconds(quota)),
            (limits.Cpu, limits.CpuPeriod, limits.CpuQuota));
    }

    [Fact]
    public void Cgroup_log_and_annotations_are_read_field_by_field()
    {
        var spec = Read("""
            {"CgroupParent":"mine","CgroupnsMode":"host","OomKillDisable":true,"DeviceCgroupRules":["c 1:3 r"],
             "BlkioDeviceReadBps":[{"Path":"/dev/a","Rate":9}],"BlkioDeviceWriteIOps":[{"Path":"/dev/b","Rate":8}],
             "BlkioWeightDevice":[{"Path":"/dev/c","Weight":500}],
             "Annotations":{"a":"b"},"SecurityOpt":["apparmor=mine"],
             "LogConfig":{"Type":"local","Config":{"max-size":"2m","max-file":"5","labels":"x,y","tag":"t"}}}
            """, "\"Domainname\":\"d.example\",\"NetworkDisabled\":true,");

        Assert.Equal(("/mine", true, true), (spec.Cgroup.Parent, spec.Cgroup.IsHostSeen, spec.Cgroup.WaitsForMemory));
        Assert.Equal(["c 1:3 r"], spec.Cgroup.DeviceRules.ToArray());
        Assert.Equal(new DeviceWeight("/dev/c", 500), Assert.Single(spec.DeviceWeights));
        Assert.Equal(
            [
                new BlockThrottle(BlockThrottleKind.ReadBytes, "/dev/a", 9),
                new BlockThrottle(BlockThrottleKind.WriteOperations, "/dev/b", 8),
            ],
            spec.BlockThrottles.ToArray());
        Assert.Equal("b", spec.Annotations["a"]);
        Assert.Equal(("mine", "d.example", NetworkMode.None), (spec.AppArmor, spec.Domainname, spec.NetworkMode));
        Assert.Equal(("local", Bytes.FromMebibytes(2), 5), (spec.Log!.Driver, spec.Log.MaxBytes, spec.Log.Files));
        Assert.Equal(("x,y", "t"), (spec.Log.Details["labels"], spec.Log.Tag));
    }

    [Fact]
    public void Nothing_said_of_a_host_leaves_all_as_it_is_usual()
    {
        var spec = Read("{}");

        Assert.Null(spec.Seccomp);
        Assert.Null(spec.MaskedPaths);
        Assert.Null(spec.ReadOnlyPaths);
        Assert.Equal((ResourceLimits.None, SharedNamespaces.None), (spec.Limits, spec.Shared));
    }

    [Theory]
    [InlineData("""{"PidMode":"sideways"}""", 400, "invalid PID mode: sideways")]
    [InlineData("""{"PidMode":"container:nobody"}""", 400, "No such container: nobody")]
    [InlineData("""{"IpcMode":"some"}""", 400, "invalid IPC mode: some")]
    [InlineData("""{"UTSMode":"some"}""", 400, "invalid UTS mode: some")]
    [InlineData("""{"OomScoreAdj":1001}""", 400, "Invalid value 1001, range for oom score adj is [-1000, 1000]")]
    [InlineData("""{"StorageOpt":{"size":"plenty"}}""", 400, "invalid size: 'plenty'")]
    [InlineData("""{"StorageOpt":{"size":""}}""", 400, "invalid size: ''")]
    [InlineData("""{"StorageOpt":{"dm.basesize":"10G"}}""", 400, "Unknown option dm.basesize")]
    [InlineData("""{"Memory":4096}""", 400, "Minimum memory limit allowed is 6MB")]
    [InlineData("""{"Memory":-5}""", 400, "Minimum memory limit allowed is 6MB")]
    [InlineData("""{"MemoryReservation":1}""", 400, "Minimum memory reservation allowed is 6MB")]
    [InlineData("""{"ShmSize":-1}""", 400, "SHM size can not be less than 0")]
    [InlineData("""{"Binds":[":/x"]}""", 400, "invalid volume specification: ':/x'")]
    [InlineData("""{"Binds":[":/x:ro"]}""", 400, "invalid volume specification: ':/x:ro'")]
    [InlineData("""{"BlkioDeviceReadBps":[{"Path":"/dev/a","Rate":-1}]}""", 400,
        "HostConfig.BlkioDeviceReadBps[0].Rate cannot be negative: -1")]
    [InlineData("""{"BlkioDeviceWriteIOps":[{"Path":"/dev/a","Rate":-1}]}""", 400,
        "HostConfig.BlkioDeviceWriteIOps[0].Rate cannot be negative: -1")]
    [InlineData("""{"Mounts":[{"Type":"bind","Source":"/s","Target":"/t","VolumeOptions":{}}]}""", 400,
        "invalid mount config for type \"bind\": field VolumeOptions must not be specified")]
    [InlineData("""{"Mounts":[{"Type":"volume","Target":"/t","BindOptions":{}}]}""", 400,
        "invalid mount config for type \"volume\": field BindOptions must not be specified")]
    [InlineData("""{"BlkioWeight":-1}""", 400, "Range of blkio weight is from 10 to 1000")]
    [InlineData("""{"BlkioWeight":1001}""", 400, "Range of blkio weight is from 10 to 1000")]
    [InlineData("""{"MemorySwappiness":101}""", 400, "Invalid value: 101, valid memory swappiness range is 0-100")]
    [InlineData("""{"NanoCpus":1,"CpuQuota":1}""", 400,
        "Conflicting options: Nano CPUs and CPU Period/Quota cannot both be set")]
    [InlineData("""{"CpuPeriod":10}""", 400,
        "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)")]
    [InlineData("""{"CpuQuota":10}""", 400, "CPU cfs quota can not be less than 1ms (i.e. 1000)")]
    [InlineData("""{"CpuShares":1}""", 400, "the minimum allowed cpu-shares is 2")]
    [InlineData("""{"CpuShares":262145}""", 400, "the maximum allowed cpu-shares is 262144")]
    [InlineData("""{"Devices":[{"PathOnHost":"dev"}]}""", 400,
        "HostConfig.Devices[0].PathOnHost is not a full path: \"dev\"")]
    [InlineData("""{"Devices":[{"PathOnHost":""}]}""", 400,
        "HostConfig.Devices[0].PathOnHost is not a full path: \"\"")]
    [InlineData("""{"Devices":[{"PathOnHost":"/dev/fuse","PathInContainer":"x"}]}""", 400,
        "HostConfig.Devices[0].PathInContainer is not a full path: \"x\"")]
    [InlineData("""{"Devices":[{"PathOnHost":"/dev/fuse","CgroupPermissions":"rx"}]}""", 400,
        "HostConfig.Devices[0].CgroupPermissions is not of r, w and m: \"rx\"")]
    [InlineData("""{"ExtraHosts":[""]}""", 400, "bad format for add-host: \"\"")]
    [InlineData("""{"ExtraHosts":["a b:1.2.3.4"]}""", 400, "bad format for add-host: \"a b:1.2.3.4\"")]
    [InlineData("""{"ExtraHosts":["db:here"]}""", 400, "invalid IP address in add-host: \"here\"")]
    [InlineData("""{"Dns":[""]}""", 400, "HostConfig.Dns: \"\" is not an IP address")]
    [InlineData("""{"DnsSearch":["a b"]}""", 400, "HostConfig.DnsSearch: \"a b\" is empty, or has blanks")]
    [InlineData("""{"DnsOptions":[""]}""", 400, "HostConfig.DnsOptions: \"\" is empty, or has blanks")]
    [InlineData("""{"GroupAdd":[""]}""", 400, "HostConfig.GroupAdd: \"\" is no group")]
    [InlineData("""{"Links":["db:a b"]}""", 400, "bad format for links: db:a b")]
    [InlineData("""{"Binds":["/a\u0000:/b"]}""", 400,
        "invalid JSON: HostConfig.Binds[0] has a byte of zero in its text")]
    [InlineData("""{"Mounts":[{"Type":"tmpfs","Target":"/t","TmpfsOptions":{"SizeBytes":-1}}]}""", 400,
        "invalid mount config for type \"tmpfs\": field TmpfsOptions.SizeBytes must not be negative: -1")]
    [InlineData("""{"Ulimits":[{"Soft":1}]}""", 400, "HostConfig.Ulimits[0].Name is missing")]
    [InlineData("""{"Ulimits":[{"Name":"nosuch","Soft":1,"Hard":1}]}""", 400, "invalid ulimit type: nosuch")]
    [InlineData("""{"Ulimits":[{"Name":"nofile","Soft":10,"Hard":5}]}""", 400,
        "ulimit soft limit must be less than or equal to hard limit: 10 > 5")]
    [InlineData("""{"Ulimits":[{"Name":"nofile","Soft":-1,"Hard":5}]}""", 400,
        "ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: 5")]
    [InlineData("""{"ConsoleSize":[1,2,3]}""", 400,
        "invalid JSON: HostConfig.ConsoleSize must be a height and a width, each between 0 and 65535")]
    [InlineData("""{"SecurityOpt":["label="]}""", 400, "invalid --security-opt: \"label=\"")]
    [InlineData("""{"SecurityOpt":["writable-cgroups=true"]}""", 501,
        "the security option writable-cgroups=true is not supported by this version of Swarm")]
    [InlineData("""{"SecurityOpt":["what"]}""", 400, "invalid --security-opt: \"what\"")]
    [InlineData("""{"CgroupnsMode":"x"}""", 400, "invalid cgroup namespace mode: x")]
    [InlineData("""{"Runtime":"kata"}""", 400, "unknown or invalid runtime name: kata")]
    [InlineData("""{"LogConfig":{"Type":"syslog"}}""", 501,
        "HostConfig.LogConfig.Type = syslog is not supported by this version of Swarm")]
    [InlineData("""{"LogConfig":{"Config":{"what":"x"}}}""", 400, "unknown log opt 'what' for json-file log driver")]
    [InlineData("""{"LogConfig":{"Config":{"max-size":"x"}}}""", 400, "invalid size: 'x'")]
    [InlineData("""{"LogConfig":{"Config":{"max-file":"0"}}}""", 400,
        "max-file cannot be 0: it is a number from 1 to 1000")]
    [InlineData("""{"LogConfig":{"Config":{"labels-regex":"("}}}""", 400, "invalid labels-regex: '('")]
    [InlineData("""{"LogConfig":{"Type":"journald","Config":{"mode":"non-blocking"}}}""", 501,
        "the log option mode=non-blocking is not supported by this version of Swarm")]
    [InlineData("""{"LogConfig":{"Config":{"mode":"nosuch"}}}""", 400,
        "logger: logging mode not supported: nosuch")]
    [InlineData("""{"LogConfig":{"Config":{"max-buffer-size":"1m"}}}""", 400,
        "logger: max-buffer-size option is only supported with 'mode=non-blocking'")]
    [InlineData("""{"LogConfig":{"Config":{"max-buffer-size":"1m","mode":"blocking"}}}""", 400,
        "logger: max-buffer-size option is only supported with 'mode=non-blocking'")]
    [InlineData("""{"LogConfig":{"Config":{"max-buffer-size":"x","mode":"non-blocking"}}}""", 400,
        "error parsing option max-buffer-size: invalid size: 'x'")]
    [InlineData("""{"LogConfig":{"Config":{"max-buffer-size":"-1","mode":"non-blocking"}}}""", 400,
        "error parsing option max-buffer-size: invalid size: '-1'")]
    [InlineData("""{"LogConfig":{"Type":"none","Config":{"max-file":"3"}}}""", 400,
        "unknown log opt 'max-file' for none log driver")]
    [InlineData("""{"DeviceRequests":[{}]}""", 501,
        "HostConfig.DeviceRequests = [{}] is not supported by this version of Swarm")]
    public void What_cannot_be_is_refused_and_named(string host, int status, string message)
    {
        var refused = Assert.Throws<ApiException>(() => Read(host));

        Assert.Equal((status, message), (refused.Status, refused.Message));
    }

    [Theory]
    [InlineData("""{"NetworkMode":"host","PortBindings":{"80/tcp":[{"HostPort":8080}]}}""", "", "HostPort")]
    [InlineData("""{"NetworkMode":"none","PortBindings":{"80/tcp":[1]}}""", "", "80/tcp")]
    [InlineData("{}", "\"AttachStdin\":\"yes\",", "AttachStdin")]
    public void What_could_not_be_shown_is_refused_also_where_it_is_of_no_use(string host, string more, string named)
    {
        var refused = Assert.Throws<ApiException>(() => Read(host, more));

        Assert.Equal(400, refused.Status);
        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_000)]
    [InlineData(1_000_000_000_000_000)]
    public void So_many_processors_there_are_not(long nano) => Assert.StartsWith(
        "range of CPUs is from 0.01 to ",
        Assert.Throws<ApiException>(() => Read($$"""{"NanoCpus":{{nano}}}""")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Interval", 999_999)]
    [InlineData("Timeout", 1)]
    [InlineData("StartInterval", -1)]
    [InlineData("StartPeriod", 1)]
    public void A_health_check_does_not_count_in_less_than_milliseconds(string name, long nanoseconds)
    {
        var refused = Assert.Throws<ApiException>(
            () => Read("{}", $"\"Healthcheck\":{{\"Test\":[\"CMD\",\"true\"],\"{name}\":{nanoseconds}}},"));

        Assert.Equal((400, $"{name} in Healthcheck cannot be less than 1ms"), (refused.Status, refused.Message));
    }

    [Fact]
    public void A_health_check_is_not_tried_again_less_than_never() => Assert.Equal(
        "Retries in Healthcheck cannot be negative",
        Assert.Throws<ApiException>(() => Read("{}", "\"Healthcheck\":{\"Retries\":-1},")).Message);

    [Fact]
    public void A_health_check_without_a_test_is_the_images_and_must_make_sense_all_the_same()
    {
        Assert.Null(Read("{}", "\"Healthcheck\":{\"Interval\":2000000},").HealthCheck);
        var refused = Assert.Throws<ApiException>(() => Read("{}", "\"Healthcheck\":{\"Interval\":1000},"));

        Assert.Equal((400, "Interval in Healthcheck cannot be less than 1ms"), (refused.Status, refused.Message));
    }

    internal static ContainerSpec Read(string host, string more = "") => ContainerReading.Read(
        JsonFields.Parse(Encoding.UTF8.GetBytes($$"""{"Image":"box",{{more}}"HostConfig":{{host}}}""")),
        named => named == "other" ? Other : throw new ApiException(400, $"No such container: {named}")).Spec;
}
