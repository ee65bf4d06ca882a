using Swarm.Cluster.Hosting;
using Swarm.Daemon.Configuration;
using Swarm.Wire.Security;

namespace Swarm.Daemon.Tests.Configuration;

public sealed class ReferenceConfigurationTests
{
    [Fact]
    public void The_reference_alone_is_valid_and_every_key_of_it_is_read()
    {
        var reader = new SettingsReader([ConfigurationLayer.Reference()]);
        DaemonSettings.Read(reader);

        Assert.Empty(reader.Errors);
    }

    [Fact]
    public void Every_key_that_is_read_stands_in_the_reference()
    {
        var reader = new SettingsReader([ConfigurationLayer.Reference()]);
        DaemonSettings.Read(reader);

        Assert.Equal(reader.Keys.Order(), ConfigurationLayer.Reference().Values.Keys.Order());
    }

    [Theory]
    [InlineData("embedded.conf")]
    [InlineData("cluster.conf")]
    public void The_files_given_with_swarm_are_valid(string name)
    {
        var options = DaemonSettings.Load(Repository.At($"config/{name}"), []);

        Assert.Equal("/var/lib/swarm", options.DataRoot);
    }

    [Fact]
    public void Every_key_of_the_reference_has_a_line_that_says_why()
    {
        var lines = File.ReadAllLines(Repository.At("config/reference.conf"));
        var silent = lines.Index()
            .Where(line => line.Item.Contains(" = ", StringComparison.Ordinal) && !line.Item.Contains('#'))
            .Where(line => !lines[line.Index - 1].TrimStart().StartsWith('#'))
            .Select(line => line.Item.Trim());

        Assert.Empty(silent);
    }

    [Theory]
    [InlineData("127.0.0.2")]
    [InlineData("localhost")]
    [InlineData("::1")]
    public void The_own_host_is_spoken_to_in_the_clear(string address)
    {
        var options = DaemonSettings.Load(
            file: null, [$"swarm.cluster.hostname={address}", "swarm.cluster.seeds=[\"127.0.0.2:4000\"]"]);

        Assert.Equal(["akka.tcp://swarm@127.0.0.2:4000"], options.Cluster.Seeds.AsEnumerable());
    }

    [Fact]
    public void With_certificates_seeds_are_dialled_by_tls()
    {
        var options = DaemonSettings.Load(Repository.At("config/cluster.conf"), []);

        Assert.Equal("akka.ssl.tcp://swarm@10.0.0.1:4000", options.Cluster.Seeds[0]);
        Assert.Equal(
            new TlsFiles("/etc/swarm/tls/ca.crt", "/etc/swarm/tls/node.crt", "/etc/swarm/tls/node.key"),
            options.Cluster.Tls);
        Assert.Empty(options.Cluster.Check());
    }

    [Fact]
    public void Paths_left_empty_follow_the_roots()
    {
        var options = DaemonSettings.Load(file: null, ["swarm.data-root=/a/", "swarm.run-root=/b"]);

        Assert.Equal("/a", options.DataRoot);
        Assert.Equal(new JournalOptions.Sqlite("/a/journal.db"), options.Cluster.Journal);
        Assert.Equal("/b/swarm.sock", options.Api.SocketPath);
    }
}
