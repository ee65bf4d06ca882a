using Swarm.Client.Compose;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Client.Tests;

/// <summary>What a service of several hosts is told: modes, rollbacks and <c>x-swarm</c>.</summary>
public sealed class SwarmKeysTests
{
    [Theory]
    [InlineData("global")]
    [InlineData("global-job")]
    public void Global_modes_are_read(string mode)
    {
        var read = Read($"deploy: {{mode: {mode}}}").Mode;

        Assert.Equal(mode == "global" ? new ServiceMode.Global() : new ServiceMode.GlobalJob(), read);
    }

    [Fact]
    public void A_job_may_run_fewer_tasks_at_once_than_it_has() =>
        Assert.Equal(
            new ServiceMode.ReplicatedJob(10, 3),
            Read("deploy: {mode: replicated-job, replicas: 10}\n    x-swarm: {job: {max-concurrent: 3}}").Mode);

    [Fact]
    public void A_rollback_has_a_policy_of_its_own() =>
        Assert.Equal(
            new UpdatePolicy
            {
                Parallelism = 0,
                Order = UpdateOrder.StartFirst,
                FailureAction = UpdateFailureAction.Continue,
                Delay = TimeSpan.FromSeconds(1),
            },
            Read("deploy: {rollback_config: {parallelism: 0, order: start-first, failure_action: continue, delay: 1s}}")
                .Rollback);

    [Fact]
    public void Without_one_a_rollback_goes_as_an_update_does() => Assert.Null(Read("tty: true").Rollback);

    [Fact]
    public void What_the_specification_has_no_words_for_stands_under_x_swarm()
    {
        var spec = Read("""
            x-swarm:
                  at-most-once: true
                  lease: 30s
                  strategy: binpack
                  min-running: 1
                  rebalance: auto
                  lost-after: 5s
                  pool: gpu
            """);

        Assert.True(spec is { AtMostOnce: true, MinRunning: 1, RebalancesItself: true, Pool: "gpu" });
        Assert.Equal(PlacementStrategy.BinPack, spec.Placement.Strategy);
        Assert.Equal(TimeSpan.FromSeconds(5), spec.LostAfter);
        Assert.Equal(TimeSpan.FromSeconds(30), spec.LeaseFor);
    }

    [Theory]
    [InlineData("deploy: {labels: {swarm.at-most-once: true}}")]
    [InlineData("deploy: {labels: [swarm.at-most-once=true]}")]
    [InlineData("x-swarm: {at-most-once: true}")]
    public void At_most_once_can_be_said_by_a_label_too(string line) => Assert.True(Read(line).AtMostOnce);

    [Fact]
    public void Affinities_name_services_of_the_same_file_or_of_others()
    {
        var rules = Read(
            "deploy: {placement: {max_replicas_per_node: 1}}\n    x-swarm: {affinity: [db, "
            + "{service: other_cache, required: false, over: node.labels.zone}], anti-affinity: [web]}").Placement;

        Assert.Equal(1, rules.MaxPerNode);
        Assert.Equal(
            [
                new ServiceAffinity(new ServiceName("s_db"), Near: true, Required: true),
                new ServiceAffinity(new ServiceName("other_cache"), Near: true, Required: false, "node.labels.zone"),
                new ServiceAffinity(new ServiceName("s_web"), Near: false, Required: true),
            ],
            rules.Affinities.ToArray());
    }

    [Theory]
    [InlineData("node.labels.zone in (a, b)")]
    [InlineData("node.labels.disks >= 2")]
    [InlineData("node.hostname matches web-[0-9]+")]
    [InlineData("node.labels.ssd not exists")]
    public void Constraints_are_what_the_placer_reads(string constraint) =>
        Assert.Equal(
            [constraint],
            Read($"deploy: {{placement: {{constraints: [\"{constraint}\"]}}}}").Placement.Constraints.ToArray());

    [Fact]
    public void A_periodic_job_has_a_schedule_with_a_time_zone()
    {
        var job = Read(
            "deploy: {mode: replicated-job}\n    x-swarm: {job: {timeout: 1h, keep: 24h, keep-runs: 3, "
            + "schedule: \"*/5 * * * *\", time-zone: Europe/Zurich, overlap: replace, suspended: true}}").Job;

        Assert.Equal(
            new JobPolicy
            {
                Timeout = TimeSpan.FromHours(1),
                KeepFor = TimeSpan.FromDays(1),
                RunsKept = 3,
                Schedule = new JobSchedule
                {
                    Cron = "*/5 * * * *",
                    TimeZone = "Europe/Zurich",
                    Overlap = OverlapPolicy.Replace,
                    Suspended = true,
                },
            },
            job);
    }

    [Theory]
    [InlineData("deploy: {mode: everywhere}", 20, "replicated, replicated-job, global, global-job")]
    [InlineData("deploy: {mode: global, replicas: 3}", 0, "takes no replicas")]
    [InlineData("deploy: {mode: global-job, restart_policy: {condition: any}}", 0, "on-failure or none")]
    [InlineData("deploy: {rollback_config: {failure_action: rollback}}", 48, "pause, continue")]
    [InlineData("deploy: {labels: {swarm.at-most-once: perhaps}}", 22, "must be true or false")]
    [InlineData("x-swarm: {at-most-once: perhaps}", 29, "true or false")]
    [InlineData("x-swarm: {strategy: random}", 25, "spread, binpack")]
    [InlineData("x-swarm: {strat: spread}", 15, "unknown key")]
    [InlineData("x-swarm: {affinity: db}", 25, "must be a list")]
    [InlineData("x-swarm: {affinity: [{over: node.id}]}", 26, "needs a service")]
    [InlineData("x-swarm: {anti-affinity: [\"a b\"]}", 31, "not the name of a service")]
    [InlineData("x-swarm: {affinity: [{service: db, over: zone}]}", 46, "is no place")]
    [InlineData("x-swarm: {min-running: 2}", 0, "there are 1 replicas")]
    [InlineData("x-swarm: {rebalance: always}", 26, "auto, manual")]
    [InlineData("x-swarm: {lost-after: soon}", 27, "not a duration")]
    [InlineData("x-swarm: {pool: \"a b\"}", 21, "not the name of a pool")]
    [InlineData("x-swarm: {job: {timeout: 1h}}", 0, "deploy.mode must be")]
    [InlineData("deploy: {mode: replicated-job}, x-swarm: {job: {schedule: often}}", 63, "crontab")]
    [InlineData("deploy: {mode: replicated-job}, x-swarm: {job: {schedule: \"0 0 * * *\", time-zone: a b}}", 87,
        "time zone")]
    [InlineData("deploy: {mode: replicated-job}, x-swarm: {job: {overlap: allow}}", 0, "with a schedule")]
    [InlineData("deploy: {mode: global-job}, x-swarm: {job: {max-concurrent: 2}}", 0, "replicated jobs")]
    public void What_is_wrong_is_told_with_its_place(string line, int column, string said)
    {
        var text = line.Contains("}, x-swarm", StringComparison.Ordinal)
            ? $"services:\n  web: {{image: a,\n    {line}}}\n"
            : $"services:\n  web:\n    {line}\n    image: a\n";

        var error = Assert.Single(Assert.Throws<ComposeException>(() => Parse(text)).Errors);

        if (column != 0) Assert.Equal((3, column), (error.Line, error.Column));
        Assert.Contains(said, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_extensions_are_passed_over() => Assert.Equal("a", Read("x-other: {b: c}").Container.Image);

    private static ServiceSpec Read(string lines) =>
        Parse($"services:\n  web:\n    image: a\n    {lines}\n  db: {{image: b}}\n").Services[0];

    private static ComposeStack Parse(string text) =>
        ComposeFile.Parse(text, "compose.yml", "s", new Dictionary<string, string>());
}
