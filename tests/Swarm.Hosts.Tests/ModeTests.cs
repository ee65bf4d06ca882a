using Swarm.Hosts.Nodes;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>What runs on every host, and what runs by the clock.</summary>
[Collection(ThreeHosts.Name)]
[Trait("Length", "long")]
public sealed class ModeTests(ThreeHosts shared)
{
    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task A_global_service_runs_once_on_each_host_and_on_one_that_comes_back() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var name = await scenario.Ledger.DeployAsync(
                Composed.One("everywhere", "exec sleep 100000", "mode: global"));
            await OnceOnEachAsync(scenario, _hosts.All);

            var dead = _hosts.Others(_hosts.HolderOf(name))[0];
            await dead.PowerOffAsync();
            await OnceOnEachAsync(scenario, _hosts.Others(dead));
            await dead.StartAsync();
            await dead.ReadyAsync();

            await OnceOnEachAsync(scenario, _hosts.All);
        });

    [Fact]
    public Task A_global_job_completes_once_on_each_host() => Scenario.RunAsync(_hosts, async scenario =>
    {
        var name = await scenario.Ledger.DeployAsync(Composed.WithFolder(scenario.Folder, Composed.One(
            "each", "echo $(hostname) >>/w/ends", "mode: global-job", "restart_policy: { condition: on-failure }")));

        var ended = await scenario.UntilAsync(name, service => service.Job is { Ended: true, Completed: 3 });

        Assert.Equal(3, ended.Tasks.Select(task => task.Node).Distinct().Count());
        Assert.Equal(3, (await File.ReadAllLinesAsync($"{scenario.Folder}/ends")).Distinct().Count());
    });

    [Fact]
    public Task A_periodic_job_goes_on_although_the_host_that_decides_it_dies() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var runs = $"{scenario.Folder}/runs";
            var name = await scenario.Ledger.DeployAsync(
                Composed.Job("often", 1, scenario.Folder, "echo $(hostname) >>/w/runs")
                + "\n    x-swarm: { job: { schedule: '*/2 * * * * *' } }");
            await CountAsync(2);

            var dead = _hosts.HolderOf(name);
            await dead.PowerOffAsync();
            await scenario.UntilAsync(name, _ => _hosts.HolderOf(name) != dead);
            await CountAsync(Count() + 3);

            // A task has a container of its own: none has run twice.
            var lines = await File.ReadAllLinesAsync(runs);
            Assert.Equal(lines.Distinct(), lines);
            await scenario.Ledger.RemoveAsync(name);

            int Count() => File.Exists(runs) ? File.ReadAllLines(runs).Length : 0;

            Task CountAsync(int least) => Until.TrueAsync(() => Count() >= least, () => $"{Count()} of {least} ran");
        });

    private static Task OnceOnEachAsync(Scenario scenario, IReadOnlyList<SwarmHost> hosts) => Until.TrueAsync(
        () => scenario.Living(hosts).Select(one => one.Host).Order().SequenceEqual(
            hosts.Select(host => host.Name).Order()),
        () => string.Join(' ', scenario.Living().Select(one => one.Host)));
}
