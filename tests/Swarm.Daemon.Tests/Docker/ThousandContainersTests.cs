using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>Whether anything is left behind when many containers came and went.</summary>
[Trait("Length", "long")]
public sealed class ThousandContainersTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const int Many = 1_000;
    private const int WarmUp = 100;
    private const int Together = 6;

    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);

    [Fact]
    public async Task A_thousand_containers_leave_nothing_behind()
    {
        var daemon = shared.Node.Daemon;
        await _docker.DoAsync("network", "create", "own");
        await PassAsync(WarmUp);
        var (before, traces) = (await SettledAsync(), shared.Node.Traces().All());

        await PassAsync(Many);

        var after = await SettledAsync();
        Assert.Equal(traces, shared.Node.Traces().All());
        Assert.Equal(
            before with { Descriptors = 0, OwnMebibytes = 0 }, after with { Descriptors = 0, OwnMebibytes = 0 });
        // Some come and go with the threads of the pool and with clients' connections.
        Assert.InRange(after.Descriptors, 0, before.Descriptors + 20);
        Assert.InRange(after.OwnMebibytes, 0, before.OwnMebibytes + 60);
        Assert.Empty(await _docker.DoAsync("ps", "-aq"));
        Assert.Empty(await _docker.DoAsync("volume", "ls", "-q"));
        await _docker.DoAsync("network", "rm", "own");
        Assert.DoesNotContain(daemon.Output, line => line.Contains("could not be removed", StringComparison.Ordinal));
    }

    private Task PassAsync(int count) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = Together },
        async (number, _) =>
        {
            switch (number % 5)
            {
                case 0: await _docker.DoAsync("run", "--rm", "-p", "127.0.0.1::80", "box", "true"); break;
                case 1: await _docker.DoAsync("run", "--rm", "--network", "own", "-v", "/data", "box", "true"); break;
                case 2: await _docker.DoAsync("run", "--rm", "--network=host", "--ipc=shareable", "box", "true"); break;
                case 3: await FailAsync(); break;
                default: await StayAsync($"stays-{number}"); break;
            }
        });

    private async Task FailAsync() =>
        Assert.Equal(127, (await _docker.RunAsync("run", "--rm", "box", "no-such-program")).ExitCode);

    private async Task StayAsync(string name)
    {
        await _docker.DoAsync("run", "-d", "--name", name, "-v", "/data", "box", "sleep", "600");
        await _docker.DoAsync("exec", name, "true");
        await _docker.DoAsync("rm", "-f", "-v", name);
    }

    /// <summary>What is counted once nothing is left and nothing changes any more: layers are swept away in the
    /// background, and what is removed at its end may go after its command.</summary>
    private async Task<HostCounts> SettledAsync()
    {
        var last = HostCounts.Of(shared.Node.Daemon);
        await shared.Node.UntilAsync(
            async () =>
            {
                var isEmpty = await _docker.DoAsync("ps", "-aq") == "";
                var now = HostCounts.Of(shared.Node.Daemon);
                var isSame = now with { OwnMebibytes = 0 } == last with { OwnMebibytes = 0 };
                last = now;
                return isEmpty && isSame;
            },
            () => last.ToString());
        return last;
    }
}
