using System.Text.Json;
using Swarm.Client;
using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Hosts.Nodes;

namespace Swarm.Hosts.Services;

/// <summary>What must hold of a cluster that has been left alone for a while, whatever was done to it before.</summary>
public static class Invariants
{
    /// <summary>What does not hold: a sentence each. What the cluster says is compared with what it acknowledged,
    /// and with the processes of the hosts.</summary>
    public static async Task<IReadOnlyList<string>> FindViolationsAsync(
        SwarmHosts hosts, SwarmClient client, Ledger ledger)
    {
        var violations = new List<string>();
        var nodes = (await client.GetNodesAsync()).ToDictionary(node => node.Node.Id);
        var listed = (await client.GetServicesAsync()).Select(service => service.Name).ToHashSet();
        violations.AddRange(ledger.Services.Keys.Where(name => !listed.Contains(name))
            .Select(name => $"{name} was acknowledged and is not in the list of services"));
        violations.AddRange(listed.Where(name => !ledger.Services.ContainsKey(name))
            .Select(name => $"{name} is in the list of services and was removed, or never deployed"));

        var services = new List<ServiceDetails>();
        foreach (var (name, (spec, version)) in ledger.Services)
        {
            try
            {
                var service = await client.GetServiceAsync(name);
                services.Add(service);
                violations.AddRange(OfSpec(service, spec, version));
                violations.AddRange(OfSlots(service, nodes));
            }
            catch (SwarmRefusedException refused) when (refused.NotFound)
            {
                violations.Add($"{name} was acknowledged and is gone");
            }
        }

        // Looked at last: what the cluster says is then older, and what is settled is the same anyway.
        violations.AddRange(OfContainers(services, nodes, [.. hosts.All.SelectMany(host => host.Containers())]));
        violations.AddRange(OfResources(services, nodes));
        return violations;
    }

    private static IEnumerable<string> OfSpec(ServiceDetails service, ServiceSpec spec, long version)
    {
        if (service.Version < version)
            yield return $"{spec.Name} is at version {service.Version}; {version} was acknowledged";
        if (service.Version == version && Text(service.Spec) != Text(spec))
            yield return $"{spec.Name} is {Text(service.Spec)}; acknowledged was {Text(spec)}";
        if (service.Removing) yield return $"{spec.Name} is being removed";
    }

    private static IEnumerable<string> OfSlots(ServiceDetails service, Dictionary<NodeId, NodeListing> nodes)
    {
        if (service.Spec.Mode is not ServiceMode.Replicated(var replicas)) yield break;
        var running = Running(service, nodes).ToList();
        foreach (var slot in running.GroupBy(task => task.Slot).Where(slot => slot.Count() > 1))
        {
            yield return $"slot {slot.Key} of {service.Spec.Name} is filled by "
                + string.Join(" and ", slot.Select(task => task.Id));
        }

        if (running.Count != replicas)
        {
            yield return $"{service.Spec.Name} runs {running.Count} of {replicas}: "
                + string.Join(", ", service.Tasks.Where(task => task.Desired <= TaskState.Running)
                    .Select(task => $"{task.Id} {task.State} {task.Reason}"));
        }

        if (service.Update.Phase == UpdatePhase.Updating) yield return $"{service.Spec.Name} is being updated";
    }

    private static IEnumerable<string> OfContainers(
        IEnumerable<ServiceDetails> services, Dictionary<NodeId, NodeListing> nodes,
        IReadOnlyList<LivingContainer> containers)
    {
        var tasks = services.SelectMany(service => Running(service, nodes))
            .ToDictionary(task => ContainerId.Of(task.Id).Value);
        foreach (var container in containers)
        {
            if (!tasks.TryGetValue(container.Id, out var task))
                yield return $"container {container.Id[..12]} lives on {container.Host} and is no running task's";
            else if (!nodes.TryGetValue(task.Node!.Value, out var node) || node.Node.Name != container.Host)
                yield return $"the container of {task.Id} lives on {container.Host}, and not on {task.Node}";
        }

        var living = containers.Select(container => container.Id).ToHashSet();
        foreach (var (id, task) in tasks)
            if (!living.Contains(id)) yield return $"{task.Id} is said to run, and its container lives nowhere";
        foreach (var twice in containers.GroupBy(container => container.Id).Where(same => same.Count() > 1))
            yield return $"container {twice.Key[..12]} lives on {string.Join(" and ", twice.Select(one => one.Host))}";
    }

    private static IEnumerable<string> OfResources(
        IEnumerable<ServiceDetails> services, Dictionary<NodeId, NodeListing> nodes)
    {
        var used = services
            .SelectMany(service => Running(service, nodes)
                .Select(task => (Node: task.Node!.Value, service.Spec.Reservations)))
            .ToLookup(task => task.Node, task => task.Reservations);
        foreach (var node in nodes.Values)
        {
            var sum = used[node.Node.Id].Aggregate(Resources.None, (total, one) => total + one);
            var has = node.Node.Capacity;
            if (sum.Cpu > has.Cpu || sum.Memory > has.Memory)
                yield return $"{node.Node.Name} has {has} and has given away {sum}";
        }
    }

    /// <summary>Those on a node that cannot be reached stay as they were last seen: others take their places.</summary>
    private static IEnumerable<ServiceTask> Running(
        ServiceDetails service, Dictionary<NodeId, NodeListing> nodes) => service.Tasks.Where(
        task => task is { State: TaskState.Running, Desired: <= TaskState.Running, Node: { } node }
            && nodes.TryGetValue(node, out var listing) && listing.Reachable);

    private static string Text(ServiceSpec spec) =>
        $"{spec.Mode} {JsonSerializer.Serialize(spec with { Container = spec.Container with { PinnedImage = null } })}";
}
