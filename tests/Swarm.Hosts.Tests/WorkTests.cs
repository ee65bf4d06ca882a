using Swarm.Core.Services;
using Swarm.Hosts.Services;

namespace Swarm.Hosts.Tests;

/// <summary>Hosts die in the middle of what services do.</summary>
[Collection(ThreeHosts.Name)]
[Trait("Length", "long")]
public sealed class WorkTests(ThreeHosts shared)
{
    private readonly SwarmHosts _hosts = shared.Hosts;

    [Fact]
    public Task Each_task_of_a_job_completes_once_although_the_host_that_decides_it_dies() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            var name = await scenario.Ledger.DeployAsync(Composed.Job(
                "job", 9, scenario.Folder,
                "until [ -e /w/gate ]; do usleep 20000; done; echo $(hostname) >>/w/ends"));
            await Until.TrueAsync(() => scenario.Living().Count == 9, () => $"{scenario.Living().Count} run");
            var dead = _hosts.HolderOf(name);

            await dead.PowerOffAsync();
            await Until.TrueAsync(
                () => scenario.Living().Count == 9, () => $"{scenario.Living().Count} run without {dead.Name}");
            await File.WriteAllTextAsync($"{scenario.Folder}/gate", "");
            var ended = await scenario.UntilAsync(name, service => service.Job!.Ended);

            Assert.Equal((9, 0), (ended.Job!.Completed, ended.Job.GivenUp));
            Assert.Equal(9, (await File.ReadAllLinesAsync($"{scenario.Folder}/ends")).Distinct().Count());
            Assert.Equal(9, (await File.ReadAllLinesAsync($"{scenario.Folder}/ends")).Length);
        });

    [Fact]
    public Task An_update_goes_to_its_end_although_a_host_dies_in_the_middle() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            string[] slowly = ["update_config: { order: start-first, parallelism: 1, monitor: 300ms }"];
            await scenario.RunAsync(Composed.Sleepers("web", 6, slowly));

            var name = await scenario.Ledger.DeployAsync(
                Composed.Sleepers("web", 6, slowly).Replace("100000", "200000", StringComparison.Ordinal));
            var version = scenario.Ledger.Services[name].Version;
            var updating = await scenario.UntilAsync(name, service => Running(service, version) >= 2);
            Assert.True(Running(updating, version) < 6);
            var dead = _hosts.Others(_hosts.HolderOf(name))[0];
            await dead.PowerOffAsync();
            var updated = await scenario.UntilAsync(name, service => service.Update.Phase != UpdatePhase.Updating);
            await scenario.UntilSettledAsync();

            Assert.Equal(UpdatePhase.Completed, updated.Update.Phase);

            // Those of the dead host stay as they were last seen.
            await scenario.UntilAsync(name, service => Running(service with
            {
                Tasks = service.Tasks.RemoveAll(task => task.Node == dead.NodeId),
            }, version) == 6);
        });

    [Fact]
    public Task An_update_that_never_gets_healthy_goes_back_by_itself_and_nothing_that_ran_is_touched() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            string[] carefully =
                ["update_config: { order: start-first, parallelism: 2, monitor: 1s, failure_action: rollback }"];
            var compose = Composed.Sleepers("web", 6, carefully);
            var name = await scenario.RunAsync(compose);
            var before = scenario.Living();

            await scenario.Ledger.DeployAsync(
                compose + "\n    healthcheck: { test: [CMD, 'false'], interval: 200ms, retries: 2 }");
            await scenario.UntilAsync(name, service => service.Update.Phase == UpdatePhase.RolledBack);
            await scenario.UntilSettledAsync();

            Assert.Equal(before.ToHashSet(), scenario.Living().ToHashSet());
        });

    [Fact]
    public Task An_update_that_stops_first_leaves_all_but_those_of_a_step_and_is_taken_back_by_hand() =>
        Scenario.RunAsync(_hosts, async scenario =>
        {
            string[] inSteps = ["update_config: { order: stop-first, parallelism: 2, monitor: 300ms }"];
            var name = await scenario.RunAsync(Composed.Sleepers("web", 6, inSteps));
            var first = scenario.Ledger.Services[name].Spec;

            await scenario.Ledger.DeployAsync(
                Composed.Sleepers("web", 6, inSteps).Replace("100000", "200000", StringComparison.Ordinal));
            Assert.InRange(await LeastAsync(UpdatePhase.Completed), 4, 5);
            var back = await _hosts.Client.RollbackAsync(name);
            scenario.Ledger.Expect(first, back.Version);
            Assert.InRange(await LeastAsync(UpdatePhase.RolledBack), 4, 5);

            async Task<int> LeastAsync(UpdatePhase end)
            {
                var least = int.MaxValue;
                await scenario.UntilAsync(name, service =>
                {
                    least = Math.Min(least, scenario.Living().Count);
                    return service.Update.Phase == end;
                });
                return least;
            }
        });

    private static int Running(ServiceDetails service, long version) => service.Tasks.Count(
        task => task is { State: TaskState.Running, Desired: TaskState.Running } && task.SpecVersion == version);
}
