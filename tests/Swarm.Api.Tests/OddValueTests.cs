using System.Text;
using Swarm.Api.Containers;
using Swarm.Api.Http;
using Swarm.Core;

namespace Swarm.Api.Tests;

/// <summary>Values that no client should send, of each field that a container is made by.</summary>
public sealed class OddValueTests
{
    private static readonly string[] Odd =
    [
        "null", "\"\"", "\" \"", "\"x\"", "\"\\u0000\"", "\"/\\u0000\"", "0", "-1", "1.5", "9223372036854775807",
        "-9223372036854775808", "true", "[]", "[null]", "[\"\"]", "[\" \"]", "[\":\"]", "[\"::::\"]", "[\"=\"]",
        "[\"x\"]", "[\"/\"]", "[\"a\\nb\"]", "[\"\\u0000\"]", "[0]", "[[]]", "[[null]]", "[{}]", "[{\"\":\"\"}]", "{}",
        "{\"\":\"\"}", "{\"\":null}", "{\"\":[]}", "{\"\":{}}", "{\" \":\" \"}", "{\"x\":\"\"}", "{\"x\":1}",
        "{\"/\":\"\"}", "{\"/x\":\"size=\"}", "{\"/x\":\"size=k\"}", "{\"/x\":\"mode=9\"}", "{\"80\":[null]}",
        "{\"80/x\":[]}", "{\"80\":[{\"HostPort\":\"-\"}]}", "{\"\\u0000\":\"\"}",
    ];

    private static readonly string[] OfHost =
    [
        "Devices", "Binds", "Links", "ExtraHosts", "Dns", "DnsSearch", "DnsOptions", "CapAdd", "CapDrop", "SecurityOpt",
        "Ulimits", "Sysctls", "Tmpfs", "PortBindings", "LogConfig", "VolumesFrom", "GroupAdd", "StorageOpt",
        "DeviceRequests", "DeviceCgroupRules", "Mounts", "RestartPolicy", "NetworkMode", "PidMode", "IpcMode",
        "UTSMode", "UsernsMode", "CgroupnsMode", "CgroupParent", "Annotations", "ShmSize", "OomScoreAdj", "Memory",
        "MemorySwap",
        "MemoryReservation", "MemorySwappiness", "NanoCpus", "CpuPeriod", "CpuQuota", "CpuShares", "CpusetCpus",
        "PidsLimit", "BlkioWeight", "BlkioWeightDevice", "BlkioDeviceReadBps", "ConsoleSize", "MaskedPaths", "Runtime",
    ];

    private static readonly string[] OfConfig =
    [
        "Healthcheck", "Env", "Cmd", "Entrypoint", "Labels", "Volumes", "ExposedPorts", "StopTimeout", "StopSignal",
        "User", "Hostname", "Domainname", "WorkingDir", "Tty", "NetworkingConfig", "MacAddress",
    ];

    /// <summary>Objects, with a field of theirs left out.</summary>
    private static readonly (string Field, string Before, string[] Names, string After)[] Inner =
    [
        ("Devices", "[{", ["PathOnHost", "PathInContainer", "CgroupPermissions"], ",\"What\":\"\"}]"),
        ("Mounts", "[{", ["Type", "Source", "Target"], ",\"What\":\"\"}]"),
        ("Mounts", "[{\"Type\":\"tmpfs\",\"Target\":\"/t\",", ["TmpfsOptions", "Source", "ReadOnly"], "}]"),
        ("Mounts", "[{\"Type\":\"tmpfs\",\"Target\":\"/t\",\"TmpfsOptions\":{", ["SizeBytes", "Mode", "Options"],
            "}}]"),
        ("Mounts", "[{\"Type\":\"bind\",\"Source\":\"/s\",\"Target\":\"/t\",", ["BindOptions"], "}]"),
        ("Mounts", "[{\"Type\":\"volume\",\"Target\":\"/t\",", ["VolumeOptions", "Source"], "}]"),
        ("Mounts", "[{\"Type\":\"image\",\"Source\":\"i\",\"Target\":\"/t\",", ["ImageOptions"], "}]"),
        ("Ulimits", "[{\"Name\":\"nofile\",", ["Soft", "Hard"], "}]"),
        ("PortBindings", "{\"80/tcp\":[{", ["HostIp", "HostPort"], "}]}"),
        ("LogConfig", "{", ["Type", "Config"], "}"),
        ("LogConfig", "{\"Config\":{", ["max-size", "max-file", "tag", "mode", "labels-regex", "max-buffer-size"],
            "}}"),
        ("StorageOpt", "{", ["size", "Size"], "}"),
        ("RestartPolicy", "{\"Name\":\"on-failure\",", ["MaximumRetryCount"], "}"),
    ];

    private static readonly string[] OfCheck =
        ["Test", "Interval", "Timeout", "Retries", "StartPeriod", "StartInterval"];

    [Fact]
    public void Whatever_a_field_of_the_host_side_is_it_is_taken_or_refused_in_words() => Sample(
        from field in OfHost
        from odd in Odd
        select (field, odd, Asked("HostConfig", Object(field, odd))));

    [Fact]
    public void Whatever_a_field_of_the_configuration_is_it_is_taken_or_refused_in_words() => Sample(
        from field in OfConfig
        from odd in Odd
        select (field, odd, Asked(field, odd)));

    [Fact]
    public void Whatever_a_field_within_a_field_is_it_is_taken_or_refused_in_words() => Sample(
        (from inner in Inner
         from name in inner.Names
         from odd in Odd
         let value = $"{inner.Before}\"{name}\":{odd}{inner.After}"
         select (inner.Field, odd, Asked("HostConfig", Object(inner.Field, value))))
        .Concat(
            from name in OfCheck
            from odd in Odd
            select ("Healthcheck", odd, Asked("Healthcheck", Object(name, odd)))));

    private static string Asked(string field, string value) => $$"""{"Image":"box","{{field}}":""" + value + "}";

    private static string Object(string field, string value) => $$"""{"{{field}}":""" + value + "}";

    private static void Sample(IEnumerable<(string Field, string Odd, string Body)> asked)
    {
        var wrong = new List<string>();
        foreach (var (field, odd, body) in asked)
        {
            try
            {
                ContainerReading.Read(JsonFields.Parse(Encoding.UTF8.GetBytes(body)), named => named == "other"
                    ? new ContainerId(new string('a', 64))
                    : throw new ApiException(400, $"No such container: {named}"));
            }
            catch (ApiException refused) when (refused.Status is 400 or 501 && Names(refused.Message, field, odd))
            {
                // As it should be.
            }
#pragma warning disable CA1031 // Whatever else it is, is what is looked for.
            catch (Exception other)
#pragma warning restore CA1031
            {
                wrong.Add($"{body}: {other.GetType().Name} {other.Message}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Whether a refusal tells of what it is: by the field, or in words known from Docker.</summary>
    private static bool Names(string message, string field, string odd) =>
        message.Contains(field, StringComparison.OrdinalIgnoreCase)
        || (odd.Trim('[', ']', '"') is { Length: > 0 } value && message.Contains(value, StringComparison.Ordinal))
        || Words.Any(word => word.Field == field && message.Contains(word.Word, StringComparison.OrdinalIgnoreCase));

    private static readonly (string Field, string Word)[] Words =
    [
        ("Binds", "volume specification"), ("Binds", "invalid mode"), ("ExtraHosts", "add-host"),
        ("SecurityOpt", "security-opt"), ("Ulimits", "ulimit"), ("Tmpfs", "mount path"), ("Tmpfs", "destination"),
        ("PortBindings", "port"), ("LogConfig", "log"), ("LogConfig", "max-file"), ("LogConfig", "invalid size"),
        ("StorageOpt", "option"), ("StorageOpt", "invalid size"), ("Mounts", "mount"), ("Mounts", "option array"),
        ("Mounts", "tmpfs option"), ("RestartPolicy", "restart policy"), ("NetworkMode", "network mode"),
        ("PidMode", "PID mode"), ("IpcMode", "IPC mode"), ("UTSMode", "UTS mode"),
        ("CgroupnsMode", "cgroup namespace mode"), ("OomScoreAdj", "oom score"), ("Memory", "memory limit"),
        ("BlkioWeight", "blkio weight"), ("MemorySwappiness", "swappiness"), ("NanoCpus", "CPUs"),
        ("CpuPeriod", "cfs period"), ("CpuQuota", "cfs quota"), ("CpuShares", "shares"), ("Runtime", "runtime name"),
        ("Volumes", "mount path"), ("ShmSize", "SHM size"),
        ("Volumes", "destination"), ("ExposedPorts", "port"),
    ];
}
