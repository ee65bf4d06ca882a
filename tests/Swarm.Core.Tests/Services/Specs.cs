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

    public static ServiceSpec Global(string image = "web:1") =>
        Replicated(1, image) with { Mode = new ServiceMode.Global() };

    public static ServiceSpec GlobalJob(RestartCondition restart = RestartCondition.OnFailure) =>
        Job(1, restart: restart) with { Mode = new ServiceMode.GlobalJob() };

    public static ServiceSpec With(this ServiceSpec spec, Func<UpdatePolicy, UpdatePolicy> update) =>
        spec with { Update = update(spec.Update) };

    public static ServiceSpec WithRestart(this ServiceSpec spec, Func<RestartPolicy, RestartPolicy> restart) =>
        spec with { Restart = restart(spec.Restart) };
}
