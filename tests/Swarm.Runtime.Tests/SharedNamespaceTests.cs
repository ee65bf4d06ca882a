using System.Globalization;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Tests;

public sealed class SharedNamespaceTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static ContainerSpec Sleep => EngineFixture.Shell("sleep 600");

    [Fact]
    public async Task Namespaces_are_shared_with_the_host_or_with_another_container()
    {
        var first = await fixture.StartAsync(Sleep with { Shared = new SharedNamespaces(Ipc: "shareable") });
        var id = "container:" + first.Id.Value;
        Assert.Equal("0 ", await fixture.RunCommandAsync(first.Id, "touch", "/dev/shm/told"));
        var second = await fixture.StartAsync(Sleep with { Shared = new SharedNamespaces(id, id, id, id) });
        var third = await fixture.StartAsync(Sleep with { Shared = new SharedNamespaces("host", "host", "host") });

        foreach (var kind in (string[])["pid", "ipc", "uts", "net"])
        {
            Assert.Equal(Namespace(first.Pid, kind), Namespace(second.Pid, kind));
            var hosts = kind == "net" ? Namespace(third.Pid, kind) : Namespace(Environment.ProcessId, kind);
            Assert.Equal(hosts, Namespace(third.Pid, kind));
            Assert.NotEqual(Namespace(first.Pid, kind), Namespace(third.Pid, kind));
        }

        Assert.Equal("0 told", await fixture.RunCommandAsync(second.Id, "ls", "/dev/shm"));
        Assert.NotEqual(Namespace(first.Pid, "mnt"), Namespace(second.Pid, "mnt"));
        await fixture.Engine.RemoveAsync(first.Id, default);
        await fixture.ExitOfAsync(second.Id);
    }

    [Theory]
    [InlineData("shareable", false, "container {0} is not running")]
    [InlineData("", true,
        "container:{1}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)")]
    public async Task The_memory_of_one_that_does_not_run_or_share_it_is_refused_by_its_reason(
        string ipc, bool runs, string message)
    {
        var shares = Sleep with { Shared = new SharedNamespaces(Ipc: ipc) };
        var other = runs
            ? await fixture.StartAsync(shares)
            : await fixture.Engine.CreateAsync(EngineFixture.Define(shares), default);

        var refused = await Assert.ThrowsAsync<ContainerException>(() => fixture.StartAsync(
            Sleep with { Shared = new SharedNamespaces(Ipc: "container:" + other.Id.Value) }));

        Assert.Equal(
            string.Format(CultureInfo.InvariantCulture, message, other.Id.Short, other.Id.Value), refused.Message);
    }

    private static string Namespace(int pid, string kind) => new FileInfo($"/proc/{pid}/ns/{kind}").LinkTarget!;
}
