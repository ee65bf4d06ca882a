using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>Specifications as the tests want them.</summary>
internal static class Specs
{
    public static readonly ServiceName Web = new("web");
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static ServiceSpec Replicated(int replicas, string image = "web:1") => new()
    {
        Name = Web,
        Container = new ContainerSpec { Image = image },
        Mode = new ServiceMode.Replicated(replicas),
    };

    public static ServiceSpec Job(
        int completions, int concurrent = 0, RestartCondition restart = RestartCondition.OnFailure) => new()
        {
            Name = Web,
            Container = new ContainerSpec { Image = "job:1" },
            Mode = new ServiceMode.ReplicatedJob(completions, concurrent),
            Restart = new RestartPolicy { Condition = restart, MaxAttempts = 3 },
        };

    /// <summary>Tasks that fail are not tried again.</summary>
    public static ServiceSpec Periodic(
        int completions = 1, string cron = "* * * * *", OverlapPolicy overlap = OverlapPolicy.Forbid,
        Func<JobPolicy, JobPolicy>? policy = null)
    {
        var job = new JobPolicy { Schedule = new JobSchedule { Cron = cron, Overlap = overlap } };
        return Job(completions, restart: RestartCondition.None) with { Job = policy?.Invoke(job) ?? job };
    }

    public static ServiceSpec Global(string image = "web:1") =>
        Replicated(1, image) with { Mode = new ServiceMode.Global() };

    public static ServiceSpec GlobalJob(RestartCondition restart = RestartCondition.OnFailure) =>
        Job(1, restart: restart) with { Mode = new ServiceMode.GlobalJob() };

    public static ServiceSpec With(this ServiceSpec spec, Func<UpdatePolicy, UpdatePolicy> update) =>
        spec with { Update = update(spec.Update) };

    public static ServiceSpec WithRestart(this ServiceSpec spec, Func<RestartPolicy, RestartPolicy> restart) =>
        spec with { Restart = restart(spec.Restart) };
}
