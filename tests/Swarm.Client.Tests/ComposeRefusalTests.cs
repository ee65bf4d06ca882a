using Swarm.Client.Compose;

namespace Swarm.Client.Tests;

public sealed class ComposeRefusalTests
{
    /// <summary>A service line that is wrong, where it is found in the line, and what is said.</summary>
    public static TheoryData<string, int, string> UnsupportedKeysAndPorts => new()
    {
        { "build: .", 5, "'swarm image load'" },
        { "depends_on: [db]", 5, "depends_on: is not supported yet" },
        { "secrets: [a]", 5, "not supported yet" },
        { "configs: [a]", 5, "not supported yet" },
        { "volumes_from: [a]", 5, "not placed together" },
        { "external_links: [a]", 5, "names containers" },
        { "mac_address: 02:42:ac:11:00:02", 5, "several containers" },
        { "isolation: default", 5, "for Windows" },
        { "cpu_rt_period: 1", 5, "real-time" },
        { "profiles: [a]", 5, "not supported yet" },
        { "extends: {service: a}", 5, "not supported yet" },
        { "container_name: a", 5, "container_name" },
        { "portz: [80]", 5, "did you mean 'ports'" },
        { "frobnicate: 1", 5, "unknown key" },
        { "ports: [\"70000:80\"]", 13, "1 to 65535" },
        { "ports: [\"8080:0\"]", 13, "1 to 65535" },
        { "ports: [\"80:80/sctp\"]", 13, "tcp or udp" },
        { "ports: [\"80-81:80-85\"]", 13, "same length" },
        { "ports: [\"nowhere:80:80\"]", 13, "not an IP address" },
        { "ports: [\"80:80\", \"80:81\"]", 22, "published twice" },
        { "ports: [{target: 99999}]", 22, "65535" },
        { "ports: [{published: 80}]", 13, "needs a target" },
        { "ports: {a: b}", 12, "must be a list" },
    };

    public static TheoryData<string, int, string> WrongValues => new()
    {
        { "stop_grace_period: 5x", 24, "not a duration" },
        { "stop_grace_period: 30", 24, "not a duration" },
        { "stop_signal: SIGNONE", 18, "not a signal" },
        { "mem_limit: 5q", 16, "not a size" },
        { "mem_limit: 1k", 16, "at least 6m" },
        { "memswap_limit: 64m", 0, "memory limit" },
        { "cpus: many", 11, "processors" },
        { "cpuset: 3-1", 13, "0-2,4" },
        { "image: 'Big Name'", 12, "image name" },
        { "tty: maybe", 10, "true or false" },
        { "hostname: true", 15, "quotes" },
        { "hostname: [a]", 15, "must be text" },
        { "user:", 10, "is empty" },
        { "working_dir: here", 18, "absolute" },
        { "command: \"sh 'x\"", 14, "never closed" },
        { "restart: sometimes", 14, "unless-stopped" },
        { "labels: ${NOT_THERE:?say it}", 13, "NOT_THERE must be set: say it" },
        { "user: ${unclosed", 11, "never closed" },
        { "user: !secret a", 11, "tag" },
        { "env_file: /does/not/exist.env", 15, "cannot read" },
    };

    public static TheoryData<string, int, string> WrongNetworksAndMounts => new()
    {
        { "network_mode: overlay", 19, "bridge, host, none" },
        { "networks: [other]", 16, "not declared" },
        { "networks: {default: {aliases: [a b]}}", 36, "'a b' is not a name" },
        { "networks: {default: {ipv4_address: 10.0.0.9}}", 26, "several containers" },
        { "networks: {default: {priority: 9}}", 26, "use gw_priority" },
        { "volumes: [\"data:/data\"]", 15, "not declared" },
        { "volumes: [\"/a:relative\"]", 15, "absolute path" },
        { "volumes: [\"/a:/b:nocopy\"]", 15, "rslave, slave" },
        { "volumes: [\"/a:/b:ro,fast\"]", 15, "'fast' is not one of ro, rw" },
        { "volumes: [{type: bind, source: /a, target: /b, bind: {propagation: up}}]", 72, "'up' is not one of rpr" },
        { "volumes: [{type: bind, source: /a, target: /b, bind: {recursive: no}}]", 70, "enabled, disabled" },
        { "volumes: [{type: volume, target: /b, volume: {subpath: a}}]", 15, "has no subpath" },
        { "volumes: [\"/a:/b\", \"/c:/b\"]", 24, "taken by another" },
        { "volumes: [{type: npipe, target: /a}]", 22, "volume, bind, tmpfs" },
        { "volumes: [{type: bind, target: /a}]", 15, "needs a source" },
        { "tmpfs: [\"/run:exect\"]", 13, "'exect'" },
        { "tmpfs: [\"/run:size=101%\"]", 13, "'size=101%'" },
        { "cap_add: [FLY]", 15, "not a capability" },
        { "security_opt: [label=level:s0]", 20, "no-new-privileges, seccomp" },
        { "security_opt: [\"seccomp:/does/not/exist.json\"]", 20, "cannot read" },
        { "extra_hosts: [\"db:host\"]", 19, "not an IP address" },
        { "dns: [one]", 11, "not an IP address" },
    };

    public static TheoryData<string, int, string> WrongHostSides => new()
    {
        { "ulimits: {nofiles: 1}", 15, "no such limit: core, cpu" },
        { "ulimits: {nofile: {soft: 9}}", 23, "needs soft and hard" },
        { "ulimits: {nofile: {soft: 9, hard: 8}}", 23, "above the hard limit" },
        { "ulimits: {nofile: {soft: -1, hard: 8}}", 23, "above the hard limit" },
        { "ulimits: {nofile: many}", 23, "a whole number" },
        { "devices: [ttyS0]", 15, "a path of the host" },
        { "devices: [\"vendor.com/gpu=all\"]", 15, "a path of the host" },
        { "devices: [\"/dev/fuse:/dev/fuse:rx\"]", 15, "not of r, w and m" },
        { "device_cgroup_rules: [all]", 27, "'c 10:200 rwm'" },
        { "group_add: [\"a b\"]", 17, "not a group" },
        { "oom_score_adj: 2000", 20, "from -1000 to 1000" },
        { "cgroup: mine", 13, "host, private" },
        { "cgroup_parent: /a/../b", 20, "not a cgroup" },
        { "pid: \"service:db\"", 10, "not placed together" },
        { "ipc: \"container:db\"", 10, "not placed together" },
        { "ipc: own", 10, "host, private, shareable, none" },
        { "uts: private", 10, "one of host" },
        { "userns_mode: private", 18, "one of host" },
        { "domainname: a b", 17, "without blanks" },
        { "dns_search: [\"a b\"]", 18, "not a domain" },
        { "logging: {driver: syslog}", 23, "no log driver syslog" },
        { "logging: {options: {max-size: huge}}", 35, "invalid size: 'huge'" },
        { "logging: {driver: journald, options: {max-size: 1m}}", 53, "unknown log opt 'max-size'" },
        { "annotations: {run.oci.hooks: a}", 34, "the engine's own" },
        { "pull_policy: always", 18, "missing, if_not_present" },
        { "mem_swappiness: 101", 21, "from 0 to 100" },
        { "blkio_config: {weight: 5}", 28, "from 10 to 1000" },
        { "blkio_config: {weight_device: [{path: sda, weight: 20}]}", 36, "needs a path" },
        { "blkio_config: {weight_device: [{path: /dev/sda}]}", 36, "needs a weight" },
        { "blkio_config: {weight_device: [{path: /dev/sda, weight: 5}]}", 61, "from 10 to 1000" },
        { "cpu_period: 999", 17, "at least 1000" },
        { "cpu_period: 1000001", 17, "from -1 to 1000000" },
        { "cpu_quota: 5ms", 16, "a whole number" },
        { "blkio_config: {device_read_bps: [{path: sda, rate: 1m}]}", 38, "needs a path" },
        { "blkio_config: {device_read_bps: [{path: /dev/sda}]}", 38, "needs a rate" },
        { "links: [db]", 13, "no service 'db'" },
        { "links: [\"web:a b\"]", 13, "'a b' is not a name" },
        { "expose: [70000]", 14, "not a port" },
        { "expose: [1-5000]", 14, "more than 1000 ports" },
    };

    public static TheoryData<string, int, string> WrongHealthChecksAndDeployKeys => new()
    {
        { "healthcheck: {interval: 5s}", 18, "needs a test" },
        { "healthcheck: {test: [ls]}", 25, "[CMD, command" },
        { "healthcheck: {test: ls, retries: 0}", 38, "from 1 to" },
        { "deploy: {endpoint_mode: vip}", 14, "endpoint_mode" },
        { "deploy: {replicas: -1}", 24, "from 0 to" },
        { "deploy: {mode: replicated-job, restart_policy: {condition: any}}", 0, "on-failure or none" },
        { "deploy: {update_config: {order: both}}", 37, "stop-first, start-first" },
        { "deploy: {update_config: {max_failure_ratio: 2}}", 49, "from 0 to 1" },
        { "deploy: {resources: {limits: {memory: 1x}}}", 43, "not a size" },
        { "deploy: {resources: {limits: {cpus: \"1\"}, reservations: {cpus: \"2\"}}}", 0, "reserves more" },
        { "deploy: {resources: {reservations: {devices: []}}}", 41, "devices" },
        { "deploy: {placement: {constraints: [nonsense]}}", 40, "'nonsense' is none of node.id" },
        { "deploy: {placement: {constraints: [node.labels.a=b]}}", 40, "character 14: expected ==" },
        { "deploy: {placement: {preferences: [{spread: zone}]}}", 40, "node.labels.NAME" },
    };

    [Theory]
    [MemberData(nameof(UnsupportedKeysAndPorts))]
    [MemberData(nameof(WrongValues))]
    [MemberData(nameof(WrongNetworksAndMounts))]
    [MemberData(nameof(WrongHostSides))]
    [MemberData(nameof(WrongHealthChecksAndDeployKeys))]
    public void What_is_not_supported_is_refused_by_name_and_place(string line, int column, string said)
    {
        var image = line.StartsWith("image:", StringComparison.Ordinal) ? "" : "\n    image: a";

        var refused = Refused($"services:\n  web:\n    {line}{image}\n");

        var error = Assert.Single(refused);
        Assert.Equal(("compose.yml", 3), (error.File, error.Line));
        if (column != 0) Assert.Equal(column, error.Column);
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("- a", "must be a mapping")]
    [InlineData("services: {}", "no services")]
    [InlineData("name: a", "no services")]
    [InlineData("services: {web: {command: a}}", "needs an image")]
    [InlineData("services: {web: }", "must be a mapping")]
    [InlineData("services: {web: {image: a}}\nsecrets: {}", "secrets")]
    [InlineData("services: {web: {image: a}}\ninclude: [b]", "include")]
    [InlineData("services: {web: {image: a}}\nnetworks: {x: {driver: overlay}}", "driver 'overlay'")]
    [InlineData("services: {web: {image: a}}\nvolumes: {x: {external: true, labels: [a]}}", "is external")]
    [InlineData("services: {web: {image: a}}\nvolumes: {x: {driver_opts: {size: 1g}}}", "'size' is not supported")]
    [InlineData("services: {web: {image: a}}\nvolumes: {x: {driver_opts: {type: nfs}}}", "type and device")]
    [InlineData(
        "services: {web: {image: a, volumes: [{type: volume, source: x, target: /b, volume: {subpath: ../up}}]}}\n"
        + "volumes: {x: }", "within the volume")]
    [InlineData("services: {web: {image: a, uts: host, hostname: b}}", "exclude each other")]
    [InlineData("services: {a: {image: a, links: [b], network_mode: host}, b: {image: a}}", "not network_mode")]
    [InlineData("services: {a: {image: a, links: [b]}, b: {image: a, network_mode: host}}", "shares no network")]
    [InlineData("services: {web: {image: a, cpu_quota: 5000, cpus: 1}}", "give one of them")]
    [InlineData("services: {web: {image: a}}\nname: No Good", "not the name of a stack")]
    [InlineData("services: {web: {image: a}, web: {image: b}}", "twice")]
    [InlineData("services: {a: {image: a, ports: ['80:80']}, b: {image: a, ports: ['80:80']}}", "published by")]
    [InlineData("services: {\"a b\": {image: a}}", "not the name of a service")]
    [InlineData("services: {web: {image: *gone}}", "no anchor")]
    [InlineData("a: &a [*a]", "contain itself")]
    [InlineData("services: {web: {image: a}}\n---\nservices: {}", "second document")]
    [InlineData("services: [", "not valid YAML")]
    public void A_file_that_is_wrong_as_a_whole_is_refused(string text, string said) =>
        Assert.Contains(Refused(text), error => error.ToString().Contains(said, StringComparison.Ordinal));

    [Fact]
    public void All_errors_of_a_file_are_told_together_in_its_order()
    {
        var errors = Refused(
            "services:\n  web:\n    image: a\n    build: .\n    tty: 1\n  db:\n    image: a\n    cpus: x\n");

        Assert.Equal([(4, 5), (5, 10), (8, 11)], errors.Select(error => (error.Line, error.Column)));
    }

    [Theory]
    [InlineData("services:\n\tweb:\n", 2, 1)]
    [InlineData("services:\n  web:\n    image: a\n\tcommand: x\n", 4, 1)]
    [InlineData("services:\n  web:\n    image: a\n  \tcommand: x\n", 4, 3)]
    [InlineData("services:\n  web: {image: a}\n\tdb: {}\n", 3, 1)]
    public void A_tab_in_the_indentation_is_told_at_its_place(string text, int line, int column)
    {
        var error = Assert.Single(Refused(text));

        Assert.Equal((line, column), (error.Line, error.Column));
        Assert.Contains("a tab in the indentation", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_yaml_is_told_where_reading_ended()
    {
        var error = Assert.Single(Refused("services:\n  web:\n    command: [a,\n\tb]\n    image: \"x\n"));

        Assert.True(error.Line > 2, error.ToString());
        Assert.DoesNotContain("tab", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_billion_laughs_are_refused_quickly()
    {
        var laughs = "x-0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n"
            + string.Concat(Enumerable.Range(1, 30).Select(i =>
            $"x-{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n"));

        Assert.Contains(Refused(laughs), error => error.Message.Contains("once aliases", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_nested_too_deeply_is_refused() =>
        Assert.Contains(Refused("a: " + new string('[', 5000)),
            error => error.Message.Contains("nested deeper", StringComparison.Ordinal));

    [Fact]
    public void A_file_that_is_too_large_is_refused() =>
        Assert.Contains(Refused(new string('#', 2_000_000)),
            error => error.Message.Contains("larger than", StringComparison.Ordinal));

    [Fact]
    public void Random_damage_to_a_file_is_never_more_than_refused()
    {
        var whole = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "whole.compose.yml"));
        var random = new Random(20_26);
        for (var round = 0; round < 3000; round++)
        {
            var bytes = whole.ToArray();
            for (var i = random.Next(1, 8); i > 0; i--) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            if (round % 3 == 0) bytes = bytes[..random.Next(bytes.Length)];
            var text = System.Text.Encoding.Latin1.GetString(bytes);
            var failure = Record.Exception(
                () => ComposeFile.Parse(text, "compose.yml", "s", new Dictionary<string, string>()));

            Assert.True(failure is null or ComposeException, $"round {round}: {failure}");
        }
    }

    private static System.Collections.Immutable.ImmutableArray<ComposeError> Refused(string text) =>
        Assert.Throws<ComposeException>(
            () => ComposeFile.Parse(text, "compose.yml", null, new Dictionary<string, string>())).Errors;
}
