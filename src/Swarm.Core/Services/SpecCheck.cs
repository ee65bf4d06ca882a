using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Placement;

namespace Swarm.Core.Services;

/// <summary>What makes a specification one that no service can have.</summary>
internal static class SpecCheck
{
    private const int MaxReplicas = 10_000;
    private const int MaxNameLength = 63;
    private const int MaxPort = 65_535;
    private const int MaxRunsKept = 100;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

    /// <summary>What is wrong and where, for people; null when nothing is.</summary>
    public static string? Problem(ServiceSpec spec) =>
        NameProblem(spec.Name.Value) is { } name ? name
        : In(spec, ModeProblem(spec.Mode) ?? ImageProblem(spec) ?? PortsProblem(spec.Container.Ports)
            ?? ContainerProblem(spec.Container) ?? AmountProblem(spec) ?? PolicyProblem(spec)
            ?? RulesReading.Problem(spec.Placement));

    public static string? ReplicasProblem(int replicas) => replicas is < 0 or > MaxReplicas
        ? Say($"{replicas} replicas: there can be 0 to {MaxReplicas}") : null;

    private static string? NameProblem(string? name)
    {
        if (string.IsNullOrEmpty(name)) return "a service needs a name";
        if (name.Length > MaxNameLength) return Say($"service name {name}: longer than {MaxNameLength} characters");
        return !char.IsAsciiLetterOrDigit(name[0]) || name.AsSpan().ContainsAnyExcept(NameCharacters)
            ? $"service name {name}: must begin with a letter or digit and go on with letters, digits, '_', '.' or '-'"
            : null;
    }

    private static string? ModeProblem(ServiceMode mode) => mode switch
    {
        ServiceMode.Replicated replicated => ReplicasProblem(replicated.Replicas),
        ServiceMode.ReplicatedJob { Completions: < 1 or > MaxReplicas } job =>
            Say($"{job.Completions} completions: a job can have 1 to {MaxReplicas}"),
        ServiceMode.ReplicatedJob { MaxConcurrent: < 0 } job =>
            Say($"at most {job.MaxConcurrent} at once: cannot be negative"),
        _ => null,
    };

    private static string? ImageProblem(ServiceSpec spec) =>
        !ImageReference.TryParse(spec.Container.Image, out _, out var problem) ? problem
        : spec.Credentials is { } credentials && !credentials.AreFor(spec.Container.Image)
            ? $"{credentials}, from which its image does not come"
        : null;

    private static string? PortsProblem(ImmutableArray<PublishedPort> ports)
    {
        foreach (var port in ports)
        {
            if (port.ContainerPort is < 1 or > MaxPort)
                return Say($"container port {port.ContainerPort}: not 1 to {MaxPort}");
            if (port.HostPort is < 0 or > MaxPort) return Say($"published port {port.HostPort}: not 0 to {MaxPort}");
        }

        // An ingress port belongs to the service on every address, so its address does not tell two apart.
        var twice = ports.Where(port => port.HostPort != 0)
            .GroupBy(port => (port.HostPort, port.Protocol, port.Mode == PublishMode.Host ? port.HostAddress : ""))
            .FirstOrDefault(same => same.Count() > 1);
        if (twice is null) return null;

        var protocol = twice.Key.Protocol == PortProtocol.Udp ? "udp" : "tcp";
        return Say($"port {twice.Key.HostPort}/{protocol} is published twice");
    }

    private static string? ContainerProblem(ContainerSpec container)
    {
        var entry = container.Environment.FirstOrDefault(entry => entry.IndexOf('=', StringComparison.Ordinal) < 1);
        if (entry is not null) return $"environment entry '{entry}': not of the form NAME=value";
        var mount = container.Mounts.FirstOrDefault(mount => !mount.Target.StartsWith('/'));
        if (mount is not null) return $"mount target '{mount.Target}': not an absolute path";
        var alias = container.NetworkSettings
            .SelectMany(one => one.Aliases.Concat(one.Links.Select(link => link.Alias)))
            .FirstOrDefault(alias => !EndpointSpec.IsAlias(alias));
        if (alias is not null) return $"alias '{alias}': not letters, digits, dots, dashes and underscores";
        return TimeProblem("stop grace period", container.StopGrace) ?? HealthProblem(container.HealthCheck);
    }

    private static string? HealthProblem(HealthCheck? check) => check is null ? null
        : TimeProblem("interval of the health check", check.Interval)
            ?? TimeProblem("time-out of the health check", check.Timeout)
            ?? TimeProblem("start period of the health check", check.StartPeriod)
            ?? TimeProblem("start interval of the health check", check.StartInterval);

    private static string? AmountProblem(ServiceSpec spec)
    {
        var (reserved, limits) = (spec.Reservations, spec.Container.Limits);
        if (reserved.Cpu < MilliCpu.Zero || reserved.Memory < Bytes.Zero || reserved.Pids < 0)
            return "a reservation is negative";
        if (limits.Cpu < MilliCpu.Zero || limits.Memory < Bytes.Zero || limits.Pids < 0) return "a limit is negative";
        if (limits.Cpu > MilliCpu.Zero && reserved.Cpu > limits.Cpu)
            return "more CPU is reserved than the limit allows";
        return limits.Memory > Bytes.Zero && reserved.Memory > limits.Memory
            ? "more memory is reserved than the limit allows"
            : TimeProblem("CPU period", limits.CpuPeriod) ?? TimeProblem("CPU quota", limits.CpuQuota);
    }

    private static string? PolicyProblem(ServiceSpec spec)
    {
        var restart = spec.Restart;
        if (string.IsNullOrEmpty(spec.Pool)) return "a pool needs a name";
        if (restart.MaxAttempts < 0) return Say($"{restart.MaxAttempts} restart attempts: cannot be negative");
        if (spec.Placement.MaxPerNode < 0)
            return Say($"at most {spec.Placement.MaxPerNode} per node: cannot be negative");
        return UpdateProblem("update", spec.Update) ?? RollbackProblem(spec.Rollback)
            ?? TimeProblem("restart delay", restart.Delay) ?? TimeProblem("restart window", restart.Window)
            ?? TimeProblem("time until a node is lost", spec.LostAfter) ?? MinRunningProblem(spec)
            ?? AtMostOnceProblem(spec) ?? JobProblem(spec);
    }

    private static string? UpdateProblem(string what, UpdatePolicy policy)
    {
        if (policy.Parallelism < 0) return Say($"{what} parallelism {policy.Parallelism}: cannot be negative");
        if (!(policy.MaxFailureRatio is >= 0 and <= 1))
            return Say($"{what} failure ratio {policy.MaxFailureRatio}: not 0 to 1");
        return TimeProblem($"{what} delay", policy.Delay) ?? TimeProblem($"{what} monitor", policy.Monitor);
    }

    private static string? RollbackProblem(UpdatePolicy? policy) => policy is null ? null
        : policy.FailureAction == UpdateFailureAction.Rollback
            ? "a rollback that fails cannot be rolled back: it pauses or continues"
        : UpdateProblem("rollback", policy);

    private static string? JobProblem(ServiceSpec spec) =>
        spec.Job.Timeout != TimeSpan.Zero && !spec.IsJob() ? "only the tasks of a job have a time-out"
        : spec.Job.KeepFor is not null && !spec.IsJob() ? "only a job ends, and is kept for a time then"
        : spec.Job.Schedule is not null && !spec.IsJob() ? "only a job has a schedule"
        : spec.Job.RunsKept is < 0 or > MaxRunsKept
            ? Say($"{spec.Job.RunsKept} runs kept: there can be 0 to {MaxRunsKept}")
        : spec.Job.Schedule is { } schedule && JobTimes.Problem(schedule) is { } problem ? problem
        : TimeProblem("time-out of a job's tasks", spec.Job.Timeout)
            ?? TimeProblem("time that an ended job is kept", spec.Job.KeepFor ?? TimeSpan.Zero);

    private static string? AtMostOnceProblem(ServiceSpec spec) =>
        spec.LeaseFor < Lease.Shortest || spec.LeaseFor > Lease.Longest
            ? Say($"a lease of {spec.LeaseFor}: not {Lease.Shortest} to {Lease.Longest}")
        : spec.AtMostOnce && (spec.Update.Order == UpdateOrder.StartFirst
            || spec.Rollback?.Order == UpdateOrder.StartFirst)
            ? "at most once and start-first exclude each other: a new task starts when the old one has stopped"
        : spec.AtMostOnce && spec.Mode is ServiceMode.Replicated { Replicas: > 0 } replicated
            && spec.MinRunning == replicated.Replicas
            ? Say($"at least {spec.MinRunning} running of {spec.MinRunning}, each at most once: none could be replaced")
        : null;

    private static string? MinRunningProblem(ServiceSpec spec) => spec.MinRunning switch
    {
        0 => null,
        < 0 => Say($"at least {spec.MinRunning} running: cannot be negative"),
        _ when spec.IsJob() => "a job has no minimum of running tasks",
        var least when spec.Mode is ServiceMode.Replicated replicated && least > replicated.Replicas =>
            Say($"at least {least} running: there are only {replicated.Replicas} replicas"),
        _ => null,
    };

    private static string? TimeProblem(string what, TimeSpan time) =>
        time < TimeSpan.Zero ? $"{what}: cannot be negative"
        : time > ServiceSpec.LongestTime ? Say($"{what}: longer than {ServiceSpec.LongestTime.TotalDays} days")
        : null;

    private static string? In(ServiceSpec spec, string? problem) =>
        problem is null ? null : $"service {spec.Name}: {problem}";

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
