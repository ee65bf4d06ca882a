using Swarm.Daemon.Configuration;

namespace Swarm.Daemon.Tests.Configuration;

public sealed class HostileConfigurationTests
{
    private const long Memory = 512 << 20;

    [Fact]
    public void Whatever_a_configuration_says_it_is_read_or_refused()
    {
        var samples = new[] { "reference", "embedded", "cluster" }
            .Select(name => File.ReadAllText(Path.Combine(Repository.Root, "config", name + ".conf")))
            .ToArray();

        Hostile.Read(samples, Read, fault => fault is ConfigurationException { Errors.Count: > 0 }, Memory);
    }

    private static void Read(string text)
    {
        var reader = new SettingsReader(
            [ConfigurationLayer.Reference(), ConfigurationLayer.Parse("hostile.conf", text)]);
        DaemonSettings.Read(reader);
        Assert.All(reader.Errors, error => Assert.NotEmpty(error));
    }
}
