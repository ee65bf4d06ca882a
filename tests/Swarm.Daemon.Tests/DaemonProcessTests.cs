using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Swarm.Daemon.Tests;

/// <summary>swarmd as its users have it: a process, as root, on the real kernel.</summary>
public sealed class DaemonProcessTests
{
    [Fact]
    public async Task It_serves_when_it_says_so_and_ends_well_when_asked()
    {
        await using var daemon = new DaemonProcess();
        await daemon.StartAsync();

        Assert.Equal("ok\n", await daemon.GetAsync("/healthz"));
        Assert.Equal(0, await daemon.StopAsync());
        Assert.False(File.Exists(daemon.Socket));
        var failures = daemon.Output.Where(line => line.Contains("fail:", StringComparison.Ordinal)).ToArray();
        Assert.True(failures.Length == 0, string.Join(Environment.NewLine, failures));
    }

    [Fact]
    public async Task Without_its_journal_it_is_not_healthy()
    {
        await using var daemon = new DaemonProcess();
        await daemon.StartAsync();

        File.Delete($"{daemon.DataRoot}/journal.db");

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => daemon.GetAsync("/healthz"));
        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused.StatusCode);
    }

    [Fact]
    public async Task Killed_it_comes_back_as_the_same_node()
    {
        await using var daemon = new DaemonProcess();
        await daemon.StartAsync();
        var before = Identity(await daemon.GetAsync("/info"));
        await daemon.KillAsync();

        await daemon.StartAsync();

        Assert.Equal(before, Identity(await daemon.GetAsync("/info")));

        static (string Id, string Name, string Root) Identity(string info)
        {
            var node = JsonNode.Parse(info)!;
            return ((string)node["ID"]!, (string)node["Name"]!, (string)node["DockerRootDir"]!);
        }
    }

    [Fact]
    public async Task Two_run_beside_each_other_and_a_second_one_on_the_same_data_is_refused()
    {
        await using var one = new DaemonProcess();
        await using var other = new DaemonProcess();
        await one.StartAsync();
        await other.StartAsync();
        Assert.NotEqual(await one.GetAsync("/info"), await other.GetAsync("/info"));

        var (code, errors) = await one.RunAsync("--set", "swarm.cluster.port=1");

        Assert.Equal(4, code);
        Assert.Contains(one.DataRoot, errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_end_it_with_2_before_anything_is_made()
    {
        await using var daemon = new DaemonProcess();

        var (code, errors) = await daemon.RunAsync("--set", "swarm.log.level=loud", "--set", "swarm.nothing=1");

        Assert.Equal(2, code);
        Assert.Contains("swarm.log.level: 'loud'", errors, StringComparison.Ordinal);
        Assert.Contains("swarm.nothing: unknown key", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(daemon.DataRoot));
    }

    [Fact]
    public async Task A_port_that_another_program_has_ends_it_with_1_and_says_so()
    {
        await using var daemon = new DaemonProcess();
        using var other = new TcpListener(IPAddress.Loopback, daemon.Port);
        other.Start();

        var (code, errors) = await daemon.RunAsync();

        Assert.Equal(1, code);
        Assert.Contains(
            $"could not listen on 127.0.0.1:{daemon.Port}: Address already in use", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_without_crun_ends_it_with_3_and_says_how_to_get_it()
    {
        await using var daemon = new DaemonProcess();

        var (code, errors) = await daemon.RunAsync("--set", "swarm.runtime.crun=/no/crun");

        Assert.Equal(3, code);
        Assert.Contains("/no/crun is not there: apt install crun", errors, StringComparison.Ordinal);
    }

    /// <summary>Numbers of namespaces come from the processor; the kernel refuses one order of two.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public async Task It_starts_in_a_mount_namespace_whichever_processor_that_was_made_on(int outer, int own)
    {
        await using var daemon = new DaemonProcess(
            "taskset", "-c", $"{outer % Environment.ProcessorCount}", "unshare", "--mount", "--propagation", "slave",
            "taskset", "-c", $"{own % Environment.ProcessorCount}");

        await daemon.StartAsync();

        Assert.Equal("ok\n", await daemon.GetAsync("/healthz"));
    }
}
