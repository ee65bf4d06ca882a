using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class RefusalTests
{
    private static readonly ServiceSpec Good = Specs.Replicated(1);

    [Theory]
    [InlineData("", "a service needs a name")]
    [InlineData(
        "-web", "service name -web: must begin with a letter or digit and go on with letters, digits, '_', '.' or '-'")]
    [InlineData(
        "we b", "service name we b: must begin with a letter or digit and go on with letters, digits, '_', '.' or '-'")]
    public void A_bad_name_is_refused(string name, string reason) =>
        Refused(Good with { Name = new ServiceName(name) }, reason);

    [Fact]
    public void A_name_may_have_63_characters_and_no_more()
    {
        Assert.Null(SpecCheck.Problem(Good with { Name = new ServiceName(new string('a', 63)) }));
        Assert.NotNull(SpecCheck.Problem(Good with { Name = new ServiceName(new string('a', 64)) }));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10_001)]
    public void Replicas_out_of_range_are_refused(int replicas)
    {
        Refused(Specs.Replicated(replicas), $"service web: {replicas} replicas: there can be 0 to 10000");
        var fleet = new Fleet();
        fleet.Deploy(Good);
        Assert.Equal($"{replicas} replicas: there can be 0 to 10000", fleet.Scale(replicas).Refusal);
    }

    [Theory]
    [InlineData(0, 1, "service web: container port 0: not 1 to 65535")]
    [InlineData(80, 65_536, "service web: published port 65536: not 0 to 65535")]
    public void Ports_out_of_range_are_refused(int container, int host, string reason) =>
        Refused(WithPorts(new PublishedPort(container, host)), reason);

    [Fact]
    public void A_port_published_twice_is_refused_but_not_for_tcp_and_udp()
    {
        Refused(WithPorts(new PublishedPort(80, 8080), new PublishedPort(81, 8080)),
            "service web: port 8080/tcp is published twice");
        Assert.Null(
            SpecCheck.Problem(WithPorts(new PublishedPort(80, 8080), new PublishedPort(80, 8080, PortProtocol.Udp))));
    }

    [Fact]
    public void Other_amounts_and_words_that_make_no_sense_are_refused()
    {
        Refused(Specs.Job(0), "service web: 0 completions: a job can have 1 to 10000");
        Refused(Good with { Container = Good.Container with { Image = "No" } },
            "service web: repository name (library/No) must be lowercase");
        Refused(Good with { Container = Good.Container with { Environment = ["=x"] } },
            "service web: environment entry '=x': not of the form NAME=value");
        Refused(Good with { Reservations = new Resources(new MilliCpu(-1), Bytes.Zero) },
            "service web: a reservation is negative");
        Refused(Good with { LeaseFor = TimeSpan.FromSeconds(5) },
            "service web: a lease of 00:00:05: not 00:00:06 to 00:05:00");
        Refused(Good with { LostAfter = TimeSpan.FromSeconds(-1) },
            "service web: time until a node is lost: cannot be negative");
        Refused(Good.With(update => update with { MaxFailureRatio = double.NaN }),
            "service web: update failure ratio NaN: not 0 to 1");
        Refused(
            Good with { Placement = new PlacementRules { Constraints = ["x"] } },
            "service web: constraint 'x', character 1: 'x' is none of node.id, node.hostname, node.platform.os, "
            + "node.platform.arch, node.labels.NAME, engine.labels.NAME");
        Refused(
            Good with { Placement = new PlacementRules { SpreadOver = ["zone"] } },
            "service web: spread over 'zone': only node.labels.NAME and "
            + "engine.labels.NAME can be spread over");
    }

    [Fact]
    public void Promises_that_exclude_each_other_are_refused()
    {
        var once = Specs.Replicated(2) with { AtMostOnce = true };
        Refused(once.With(update => update with { Order = UpdateOrder.StartFirst }),
            "service web: at most once and start-first exclude each other: a new task starts when the old one has "
                + "stopped");
        Refused(once with { MinRunning = 2 },
            "service web: at least 2 running of 2, each at most once: none could be replaced");
        Refused(Good with { MinRunning = 2 }, "service web: at least 2 running: there are only 1 replicas");
        Refused(Good with { MinRunning = -1 }, "service web: at least -1 running: cannot be negative");
        Refused(Specs.Job(1) with { MinRunning = 1 }, "service web: a job has no minimum of running tasks");
        Refused(Good with { Rollback = new UpdatePolicy { FailureAction = UpdateFailureAction.Rollback } },
            "service web: a rollback that fails cannot be rolled back: it pauses or continues");
        Refused(Good with { Rollback = new UpdatePolicy { Parallelism = -1 } },
            "service web: rollback parallelism -1: cannot be negative");
    }

    [Fact]
    public void What_only_a_job_has_is_refused_of_others_and_not_negative()
    {
        var kept = new JobPolicy { KeepFor = TimeSpan.FromMinutes(1) };
        Refused(Good with { Job = kept }, "service web: only a job ends, and is kept for a time then");
        Refused(Specs.Job(1) with { Job = kept with { KeepFor = -kept.KeepFor } },
            "service web: time that an ended job is kept: cannot be negative");
        var minute = new JobPolicy { Timeout = TimeSpan.FromMinutes(1) };
        Refused(Good with { Job = minute }, "service web: only the tasks of a job have a time-out");
        Refused(Specs.Job(1) with { Job = new JobPolicy { Timeout = -minute.Timeout } },
            "service web: time-out of a job's tasks: cannot be negative");
        Assert.Null(SpecCheck.Problem(Specs.Job(1) with { Job = minute }));
    }

    [Fact]
    public void No_time_of_a_specification_is_without_end()
    {
        var check = new HealthCheck(["CMD", "true"]);
        TooLong("time until a node is lost", time => Good with { LostAfter = time });
        TooLong("restart delay", time => Good.WithRestart(restart => restart with { Delay = time }));
        TooLong("restart window", time => Good.WithRestart(restart => restart with { Window = time }));
        TooLong("update delay", time => Good.With(update => update with { Delay = time }));
        TooLong("update monitor", time => Good.With(update => update with { Monitor = time }));
        TooLong("rollback monitor", time => Good with { Rollback = new UpdatePolicy { Monitor = time } });
        TooLong("time-out of a job's tasks", time => Specs.Job(1) with { Job = new JobPolicy { Timeout = time } });
        TooLong("time that an ended job is kept",
            time => Specs.Job(1) with { Job = new JobPolicy { KeepFor = time } });
        TooLong("stop grace period", time => With(Good.Container with { StopGrace = time }));
        TooLong("interval of the health check", time => With(check with { Interval = time }));
        TooLong("time-out of the health check", time => With(check with { Timeout = time }));
        TooLong("start period of the health check", time => With(check with { StartPeriod = time }));
        TooLong("start interval of the health check", time => With(check with { StartInterval = time }));
        TooLong("CPU period", time => With(ResourceLimits.None with { CpuPeriod = time }));
        TooLong("CPU quota", time => With(ResourceLimits.None with { CpuQuota = time }));
    }

    [Fact]
    public void A_service_cannot_become_a_job_and_a_job_is_not_scaled()
    {
        var fleet = new Fleet();
        fleet.Deploy(Good);
        Assert.Equal("service web is a replicated service and cannot become a job: remove it first",
            fleet.Deploy(Specs.Job(1)).Refusal);

        var job = new Fleet();
        job.Deploy(Specs.Job(1));
        Assert.Equal("service web is a job: a job is not scaled", job.Scale(2).Refusal);
    }

    [Fact]
    public void What_does_not_exist_is_neither_scaled_nor_removed_nor_shown()
    {
        var fleet = new Fleet();

        Assert.Equal(("there is no service web", true), (fleet.Scale(1).Refusal, fleet.Scale(1).NotFound));
        Assert.True(fleet.Remove().NotFound);
        Assert.Null(ServiceRules.Describe(fleet.State));
        Assert.Null(ServiceRules.List(fleet.State));
        Assert.False(ServiceRules.IsGone(fleet.State));
    }

    private static ServiceSpec WithPorts(params PublishedPort[] ports) =>
        Good with { Container = Good.Container with { Ports = [.. ports] } };

    private static ServiceSpec With(ContainerSpec container) => Good with { Container = container };

    private static ServiceSpec With(HealthCheck check) => With(Good.Container with { HealthCheck = check });

    private static ServiceSpec With(ResourceLimits limits) => With(Good.Container with { Limits = limits });

    private static void TooLong(string what, Func<TimeSpan, ServiceSpec> with)
    {
        Assert.Null(SpecCheck.Problem(with(ServiceSpec.LongestTime)));
        Refused(with(ServiceSpec.LongestTime + TimeSpan.FromTicks(1)), $"service web: {what}: longer than 3650 days");
        Refused(with(TimeSpan.FromTicks(-1)), $"service web: {what}: cannot be negative");
    }

    private static void Refused(ServiceSpec spec, string reason)
    {
        var fleet = new Fleet();

        var decision = fleet.Deploy(spec);

        Assert.Equal(reason, decision.Refusal);
        Assert.Empty(decision.Events);
        Assert.Null(fleet.State.Id);
    }
}
