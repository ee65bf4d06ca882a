using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>How Docker puts the state of a container: clients compare these words.</summary>
internal static class ContainerWords
{
    /// <summary>One of created, running, paused, restarting, removing, exited, dead.</summary>
    public static string StateOf(ShownContainer container) => container switch
    {
        { IsRemoving: true } => "removing",
        { IsRestarting: true } => "restarting",
        { State.Phase: ContainerPhase.Created } => "created",
        { State.Phase: ContainerPhase.Ended } => "exited",
        { State.IsPaused: true } => "paused",
        _ => "running",
    };

    /// <summary>As <c>Up 5 minutes (healthy)</c> or <c>Exited (0) 2 hours ago</c>.</summary>
    public static string StatusOf(ShownContainer container, DateTimeOffset now)
    {
        var state = container.State;
        var (code, ended) = (state.Exit?.ExitCode ?? 0, state.Exit?.At ?? now);
        return StateOf(container) switch
        {
            "created" => "Created",
            "removing" => "Removal In Progress",
            "restarting" => Invariant($"Restarting ({code}) {Lasting(now - ended)} ago"),
            "exited" => Invariant($"Exited ({code}) {Lasting(now - ended)} ago"),
            "paused" => $"Up {Lasting(now - (state.StartedAt ?? now))} (Paused)",
            _ => $"Up {Lasting(now - (state.StartedAt ?? now))}" + HealthOf(container),
        };
    }

    /// <summary>One of none, starting, healthy, unhealthy.</summary>
    public static string HealthWord(ShownContainer container) => container switch
    {
        { State.HealthCheck: null } => "none",
        { State.Phase: ContainerPhase.Ended } => "unhealthy", // as in Docker: nobody asks it any more
        { Health: ContainerHealth.Healthy } => "healthy",
        { Health: ContainerHealth.Unhealthy } => "unhealthy",
        _ => "starting",
    };

    /// <summary>How long something lasts, to the nearest word.</summary>
    public static string Lasting(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => "Less than a second",
        { TotalSeconds: < 2 } => "1 second",
        { TotalMinutes: < 1 } => Invariant($"{(int)time.TotalSeconds} seconds"),
        { TotalMinutes: < 2 } => "About a minute",
        { TotalHours: < 1 } => Invariant($"{(int)time.TotalMinutes} minutes"),
        { TotalHours: < 1.5 } => "About an hour",
        { TotalHours: < 48 } => Invariant($"{(int)Math.Round(time.TotalHours)} hours"),
        { TotalDays: < 14 } => Invariant($"{(int)time.TotalDays} days"),
        { TotalDays: < 60 } => Invariant($"{(int)(time.TotalDays / 7)} weeks"),
        { TotalDays: < 730 } => Invariant($"{(int)(time.TotalDays / 30)} months"),
        _ => Invariant($"{(int)(time.TotalDays / 365)} years"),
    };

    private static string HealthOf(ShownContainer container) => HealthWord(container) switch
    {
        "none" => "",
        "starting" => " (health: starting)",
        var word => $" ({word})",
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
