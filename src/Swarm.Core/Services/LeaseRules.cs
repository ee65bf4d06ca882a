namespace Swarm.Core.Services;

/// <summary>Who may be given a lease of an at-most-once service, and what waits for one to run out.</summary>
internal static class LeaseRules
{
    public static bool MayRenew(ServiceState state, NodeId node) =>
        state.Exists && !state.IsLost(node)
        && state.Tasks.Values.Any(task => task.Node == node && IsLeased(state, task));

    /// <summary>The task is on a lost node, which may still run it by its last lease: until when.</summary>
    public static DateTimeOffset? HeldUntil(ServiceState state, ServiceTask task, LeaseHolds holds) =>
        task.Node is { } node && state.IsLost(node) && IsLeased(state, task) ? holds.For(node) : null;

    public static TimeSpan Longest(ServiceState state) => state.Specs.Values.Select(spec => spec.LeaseFor)
        .Append(state.LongestLease).Append(Lease.Shortest).Max();

    private static bool IsLeased(ServiceState state, ServiceTask task) =>
        !task.HasEnded() && state.Specs[task.SpecVersion].AtMostOnce;
}
