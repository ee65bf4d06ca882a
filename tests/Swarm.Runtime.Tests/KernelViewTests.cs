using Swarm.Core.Containers;
using Swarm.Runtime.Bundles;

namespace Swarm.Runtime.Tests;

/// <summary>What of the kernel a container sees and may set.</summary>
public sealed class KernelViewTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static ContainerSpec Sleep => EngineFixture.Shell("sleep 600");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Swappiness_is_left_out_where_the_kernel_does_not_know_it(bool isKnown)
    {
        var path = Path.GetTempFileName();
        LimitSection.WriteFile(
            path, ResourceLimits.None with { Swappiness = 7 },
            new KernelLimits(CountsSwap: true, KnowsSwappiness: isKnown, WeighsBlocks: true));
        var text = File.ReadAllText(path);
        File.Delete(path);

        Assert.Equal(isKnown, text.Contains("\"swappiness\":7", StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_of_anothers_network_are_not_its_to_change()
    {
        var spec = Sleep with { Shared = SharedNamespaces.None with { Network = "container:0123" } };

        Assert.Empty(Sysctls.Of(spec, users: null));
        Assert.Contains("net.ipv4.ip_unprivileged_port_start", Sysctls.Of(Sleep, users: null).Select(one => one.Key));
    }

    [Fact]
    public async Task A_device_keeps_its_owner_and_its_mode()
    {
        var path = $"/tmp/swarmrt-null-{fixture.Unique}";
        Host.Run("mknod", path, "c", "1", "3");
        try
        {
            Host.Run("chown", "7:9", path);
            Host.Run("chmod", "0640", path);
            var started = await fixture.StartAsync(Sleep with { Devices = [new DeviceSpec(path, "/dev/own")] });

            Assert.Equal(
                "640 7 9", Host.Run("stat", "-c", "%a %u %g", $"/proc/{started.Pid}/root/dev/own").Trim());
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>As at Docker: what is in one could reach much of the kernel that is closed to it otherwise.</summary>
    [Theory]
    [InlineData("", "1 1 1 0 hello")]
    [InlineData("CAP_SYS_ADMIN", "0 0 0 0 hello")]
    public async Task A_namespace_of_its_own_is_only_for_one_that_may_rule_the_kernel(string capability, string codes)
    {
        const string script = "for of in U n m; do unshare -$of true 2>/dev/null; echo -n \"$? \"; done; "
            + "(sleep 0) & wait $!; echo \"$? $(echo hello | cat)\"";
        var (exit, output) = await fixture.RunAsync(EngineFixture.Shell(script) with
        {
            AddCapabilities = capability.Length == 0 ? [] : [capability],
        });

        Assert.Equal((0, codes), (exit.ExitCode, output));
    }

    [Fact]
    public async Task Interrupts_of_the_host_are_hidden()
    {
        var started = await fixture.StartAsync(Sleep);

        Assert.Equal("0 ", await fixture.RunCommandAsync(started.Id, "cat", "/proc/interrupts"));
    }
}
