using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Cluster.Nodes;

/// <summary>How a task and its container find each other.</summary>
/// <remarks>A container is a task's when its label says so and its id is the one of that task;
/// no other is ever touched.</remarks>
internal static class TaskContainer
{
    public const string TaskLabel = "swarm.task";
    public const string ServiceLabel = "swarm.service";
    public const string SlotLabel = "swarm.slot";

    /// <summary>As Docker calls it. Set by who reads the stack's file.</summary>
    public const string StackLabel = "com.docker.stack.namespace";

    public static ContainerDefinition Define(ServiceName service, TaskId task, int slot, ContainerSpec spec) => new(
        ContainerId.Of(task),
        string.Create(CultureInfo.InvariantCulture, $"{service}.{slot}.{task}"),
        spec with
        {
            Labels = spec.Labels
                .SetItem(TaskLabel, task.Value)
                .SetItem(ServiceLabel, service.Value)
                .SetItem(SlotLabel, slot.ToString(CultureInfo.InvariantCulture)),
        })
    {
        SharedNames = NamesOf(service.Value, spec.Labels.GetValueOrDefault(StackLabel)),
    };

    /// <summary>As in Docker; but here all of them mean the addresses of the service's tasks, for there is no address
    /// of the service. Within its stack it is known by its name in the file, too.</summary>
    private static ImmutableArray<string> NamesOf(string service, string? stack)
    {
        var isOfStack = stack is { Length: > 0 } && service.StartsWith(stack + "_", StringComparison.Ordinal);
        return isOfStack
            ? [service, "tasks." + service, service[(stack!.Length + 1)..], "tasks." + service[(stack.Length + 1)..]]
            : [service, "tasks." + service];
    }

    /// <summary>The task a container was made for; null when it was made for none.</summary>
    public static (TaskId Task, ServiceName Service)? TaskOf(ContainerState container)
    {
        var labels = container.Definition.Spec.Labels;
        return labels.TryGetValue(TaskLabel, out var task) && labels.TryGetValue(ServiceLabel, out var service)
            && ContainerId.Of(new TaskId(task)) == container.Id
            ? (new TaskId(task), new ServiceName(service))
            : null;
    }

    public static int SlotOf(ContainerState container) =>
        container.Definition.Spec.Labels.TryGetValue(SlotLabel, out var slot)
            && int.TryParse(slot, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public static ContainerSighting Sight(ContainerState state) => new(
        state.Phase == ContainerPhase.Created ? 0 : Math.Max(1, state.Run),
        state.Phase == ContainerPhase.Ended ? End(state) : null)
    {
        StartedAt = state.StartedAt,
        HealthCheck = state.HealthCheck,
        Addresses = [.. state.Endpoints.Select(endpoint => endpoint.Address)],
        Ports = state.Ports,
    };

    public static ContainerEnd End(ContainerExit exit) => new(exit.Run, exit.ExitCode, exit.OutOfMemory, exit.At);

    private static ContainerEnd End(ContainerState state) => state.Exit is { } exit
        ? End(exit)
        : new ContainerEnd(Math.Max(1, state.Run), -1, false, state.StartedAt ?? state.CreatedAt);
}
