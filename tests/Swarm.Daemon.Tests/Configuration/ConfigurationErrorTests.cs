using Swarm.Daemon.Configuration;

namespace Swarm.Daemon.Tests.Configuration;

public sealed class ConfigurationErrorTests
{
    [Theory]
    [InlineData("swarm.cluster.port=70000", "swarm.cluster.port: 70000 is not within 1 to 65535 (--set)")]
    [InlineData("swarm.cluster.port=0", "swarm.cluster.port: 0 is not within 1 to 65535 (--set)")]
    [InlineData("swarm.http.enabled=yes", "swarm.http.enabled: 'yes' is none of on, off (--set)")]
    [InlineData("swarm.http.port=65536", "swarm.http.port: 65536 is not within 0 to 65535 (--set)")]
    [InlineData("swarm.http.hostname=a b", "swarm.http.hostname: 'a b' is neither a host name nor an address (--set)")]
    [InlineData("swarm.images.peer-rate=5",
        "swarm.images.peer-rate: '5' is not a size: a whole number and B, KiB, MiB, GiB or TiB (--set)")]
    [InlineData("swarm.http.bind-address=0.0.0.0", "swarm.http.bind-address: 0.0.0.0 is open to other hosts, which "
        + "needs TLS: set swarm.tls.ca, swarm.tls.certificate and swarm.tls.key (deploy/certs makes them), or keep to "
        + "127.0.0.1 (--set)")]
    [InlineData("swarm.cluster.port=http", "swarm.cluster.port: 'http' is not a whole number (--set)")]
    [InlineData("swarm.cluster.port=[1]", "swarm.cluster.port: not a single value (--set)")]
    [InlineData("swarm.cluster.prt=1", "swarm.cluster.prt: unknown key (--set)")]
    [InlineData("swarm.socket=/x", "swarm.socket: unknown key; is swarm.api.socket meant? (--set)")]
    [InlineData("swarm.api=/x", "swarm.api: unknown key (--set)")]
    [InlineData("akka.loglevel=DEBUG", "akka.loglevel: unknown key (--set)")]
    [InlineData("swarm.data-root=lib", "swarm.data-root: 'lib' is not an absolute path (--set)")]
    [InlineData("swarm.run-root=run", "swarm.run-root: 'run' is not an absolute path (--set)")]
    [InlineData("swarm.node.name=a b",
        "swarm.node.name: 'a b' is not a name: letters, digits, '-', '_' and '.', 1 to 63 (--set)")]
    [InlineData("swarm.node.labels=zone", "swarm.node.labels: not a group of names and values (--set)")]
    [InlineData("swarm.node.labels.zone=[a]", "swarm.node.labels.zone: not a text (--set)")]
    [InlineData("swarm.node.reserved.memory=5",
        "swarm.node.reserved.memory: '5' is not a size: a whole number and B, KiB, MiB, GiB or TiB (--set)")]
    [InlineData("swarm.cluster.seeds=a:1", "swarm.cluster.seeds: not a list, as [\"a\", \"b\"] (--set)")]
    [InlineData("swarm.cluster.seeds=[\"a\"]", "swarm.cluster.seeds: 'a' is not of the form host:port (--set)")]
    [InlineData("swarm.cluster.seeds=[\"fd00::1:4000\"]",
        "swarm.cluster.seeds: 'fd00::1:4000' is not of the form host:port (--set)")]
    [InlineData(
        "swarm.cluster.hostname=a b", "swarm.cluster.hostname: 'a b' is neither a host name nor an address (--set)")]
    [InlineData(
        "swarm.cluster.request-timeout=30s", "swarm.cluster.request-timeout: 30s is not within 100ms to 29s (--set)")]
    [InlineData("swarm.network.address-pool=10.0.0.0/30", "swarm.network.address-pool: '10.0.0.0/30' is not an IPv4 "
        + "network, as 172.30.0.0/15, of length /12 to /24 (--set)")]
    [InlineData("swarm.network.last-dynamic-port=1024", "swarm.network.last-dynamic-port: 1024 is below "
        + "swarm.network.first-dynamic-port, 49153 (--set)")]
    [InlineData(
        "swarm.journal.provider=oracle", "swarm.journal.provider: 'oracle' is none of sqlite, postgresql (--set)")]
    [InlineData("swarm.journal.provider=postgresql",
        "swarm.journal.connection: needed for provider postgresql (reference.conf)")]
    [InlineData(
        "swarm.log.level=loud", "swarm.log.level: 'loud' is none of trace, debug, information, warning, error (--set)")]
    [InlineData(
        "swarm.images.mirrors=[\"mirror.lan\"]",
        "swarm.images.mirrors: 'mirror.lan' is not the address of a mirror, as https://mirror.lan (--set)")]
    [InlineData(
        "swarm.images.insecure-registries=[\"http://a\"]",
        "swarm.images.insecure-registries: 'http://a' is no registry, as registry.lan:5000, and no network, as "
        + "10.0.0.0/8 (--set)")]
    [InlineData("swarm.disk.collect=yes", "swarm.disk.collect: 'yes' is none of on, off (--set)")]
    [InlineData("swarm.disk.high-percent=101", "swarm.disk.high-percent: 101 is not within 2 to 100 (--set)")]
    [InlineData(
        "swarm.disk.low-percent=85", "swarm.disk.low-percent: 85 is not less than swarm.disk.high-percent, 85 (--set)")]
    [InlineData("swarm.disk.high-free=5GiB",
        "swarm.disk.low-free: 0B is less than swarm.disk.high-free, 5GiB (reference.conf)")]
    [InlineData(
        "swarm.disk.full-percent=84", "swarm.disk.full-percent: 84 is less than swarm.disk.high-percent, 85 (--set)")]
    [InlineData("swarm.disk.check-every=0s", "swarm.disk.check-every: 0s is not within 1s to 1h (--set)")]
    [InlineData("swarm.cluster.roles=[\"boss\"]", "swarm.cluster.roles: 'boss' is none of scheduler, worker (--set)",
        "swarm.cluster.roles: a node has at least one of them (--set)")]
    [InlineData("swarm.cluster.stable-after=0s", "swarm.cluster.stable-after: 0s is not within 1s to 5m (--set)")]
    [InlineData("swarm.cluster.hostname=10.0.0.1", "swarm.cluster.hostname: 10.0.0.1 is open to other hosts, which "
        + "needs TLS: set swarm.tls.ca, swarm.tls.certificate and swarm.tls.key (deploy/certs makes them), or keep to "
        + "127.0.0.1 (--set)")]
    [InlineData("swarm.cluster.bind-address=0.0.0.0", "swarm.cluster.bind-address: 0.0.0.0 is open to other hosts, "
        + "which needs TLS: set swarm.tls.ca, swarm.tls.certificate and swarm.tls.key (deploy/certs makes them), or "
        + "keep to 127.0.0.1 (--set)")]
    [InlineData("swarm.tls.ca=/a", "swarm.tls.certificate: is needed beside the other two of swarm.tls "
        + "(reference.conf)", "swarm.tls.key: is needed beside the other two of swarm.tls (reference.conf)")]
    [InlineData("swarm.runtime.userns-remap=1000-1999", "swarm.runtime.userns-remap: 1000-1999: 1000 ids are too few: "
        + "images have files of users up to 65534, so 65536 are needed (--set)")]
    [InlineData("swarm.runtime.userns-remap=no-such-user",
        "swarm.runtime.userns-remap: there is no user no-such-user in /etc/passwd (--set)")]
    [InlineData("nonsense", "--set nonsense: not of the form PATH=VALUE")]
    public void A_wrong_setting_is_named_with_its_source_and_what_is_wrong(string assignment, params string[] errors)
    {
        var wrong = Assert.Throws<ConfigurationException>(() => DaemonSettings.Load(file: null, [assignment]));

        Assert.Equal(errors, wrong.Errors);
    }

    [Theory]
    [InlineData("[fd00::1]:4000")]
    [InlineData("[FD00:0:0::1]:4000")]
    public void A_seed_by_IPv6_is_called_as_its_node_calls_itself(string seed)
    {
        var cluster = DaemonSettings.Load(file: null, [$"swarm.cluster.seeds=[\"{seed}\"]"]).Cluster;

        Assert.Equal("akka.tcp://swarm@[fd00::1]:4000", Assert.Single(cluster.Seeds));
        Assert.Empty(cluster.Check());
    }

    [Fact]
    public void A_run_root_too_long_for_sockets_is_refused()
    {
        var wrong = Assert.Throws<ConfigurationException>(
            () => DaemonSettings.Load(file: null, [$"swarm.run-root=/{new string('a', 40)}"]));

        Assert.Contains("longer than 40 characters", Assert.Single(wrong.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void All_that_is_wrong_is_told_at_once_with_the_file_it_stands_in()
    {
        using var file = new TemporaryFile("swarm { cluster.port = none, node.nme = a }");

        var wrong = Assert.Throws<ConfigurationException>(
            () => DaemonSettings.Load(file.Path, ["swarm.log.level=loud", "half"]));

        Assert.Equal(
            [
                "--set half: not of the form PATH=VALUE",
                $"swarm.cluster.port: 'none' is not a whole number ({file.Path})",
                "swarm.log.level: 'loud' is none of trace, debug, information, warning, error (--set)",
                $"swarm.node.nme: unknown key ({file.Path})",
            ],
            wrong.Errors);
    }

    [Fact]
    public void A_file_that_is_not_there_or_not_HOCON_is_named()
    {
        using var file = new TemporaryFile("swarm { cluster = [1, }");

        Assert.StartsWith($"{file.Path}: not well-formed: ", ErrorOf(file.Path), StringComparison.Ordinal);
        Assert.StartsWith("/no/such/file: cannot be read: ", ErrorOf("/no/such/file"), StringComparison.Ordinal);
        Assert.Equal("/tmp: cannot be read: it is a folder", ErrorOf("/tmp"));
    }

    [Fact]
    public void The_command_line_goes_over_the_file_and_labels_of_both_are_kept()
    {
        using var file = new TemporaryFile("swarm { cluster.port = 4001, node.labels { zone = a, disk = ssd } }");

        var options = DaemonSettings.Load(file.Path, ["swarm.cluster.port=4002", "swarm.node.labels.zone=b"]);

        Assert.Equal(4002, options.Cluster.Port);
        Assert.Equal(["disk=ssd", "zone=b"], options.Identity.Labels.Select(label => $"{label.Key}={label.Value}"));
    }

    private static string ErrorOf(string file) =>
        Assert.Throws<ConfigurationException>(() => DaemonSettings.Load(file, [])).Errors[0];
}
