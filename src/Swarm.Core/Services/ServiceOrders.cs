using System.Collections.Immutable;

namespace Swarm.Core.Services;

/// <summary>What each node is told.</summary>
internal static class ServiceOrders
{
    public static ImmutableArray<NodeId> NodesOf(ServiceState state) =>
        [.. state.Tasks.Values
            .Select(task => task.Node)
            .OfType<NodeId>()
            .Distinct()
            .OrderBy(node => node.Value, StringComparer.Ordinal)];

    public static ApplyServiceTasks OrdersFor(ServiceState state, NodeId node, long sequence)
    {
        var tasks = state.Tasks.Values.Where(task => task.Node == node).ToList();
        var versions =
            tasks.Where(task => task.Desired != TaskState.Remove).Select(task => task.SpecVersion).Distinct().Order();
        return new ApplyServiceTasks(
            state.Name, state.Id ?? default, node, sequence,
            [.. versions.Select(version => Template(version, state.Specs[version]))],
            [.. tasks.Select(task => new TaskOrder(task.Id, task.Slot, task.SpecVersion, task.Desired))])
        {
            ReportAll = tasks.Exists(task => task.Unseen),
        };
    }

    public static ImmutableArray<TaskId> UnknownTasks(ServiceState state, ReportTasks report) =>
    [
        .. report.Tasks.Where(seen => seen.State != TaskState.Remove && state.Find(seen.Task)?.Node != report.Node)
            .Select(seen => seen.Task).Distinct(),
    ];

    private static TaskTemplate Template(long version, ServiceSpec spec) =>
        new(version, spec.Container, spec.Reservations, RestartOf(spec), spec.IsJob())
        {
            AtMostOnce = spec.AtMostOnce,
            Timeout = spec.IsJob() ? spec.Job.Timeout : TimeSpan.Zero,
            Credentials = spec.Credentials,
        };

    /// <summary>A job that has done its work is never started again.</summary>
    private static RestartPolicy RestartOf(ServiceSpec spec) =>
        spec.IsJob() && spec.Restart.Condition == RestartCondition.Any
            ? spec.Restart with { Condition = RestartCondition.OnFailure }
            : spec.Restart;
}
