using Swarm.Client;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Cli.Commands;

/// <summary>A task with what is known of it elsewhere.</summary>
/// <param name="Node">Name of the node it is on, or its id where the name is not known; empty without a node.</param>
/// <param name="IngressPorts">Ports of every host that lead to all tasks of its service.</param>
internal sealed record TaskRow(
    ServiceName Service, ServiceTask Task, string Node, IReadOnlyList<PublishedPort> IngressPorts)
{
    public static TaskRow Of(ServiceDetails service, ServiceTask task, IReadOnlyDictionary<NodeId, string> nodes) =>
        new(
            service.Spec.Name, task, task.Node is { } node ? nodes.GetValueOrDefault(node, node.Value) : "",
            [.. service.Spec.Container.Ports.Where(port => port.Mode == PublishMode.Ingress)]);

    /// <summary>The names of the nodes by their ids.</summary>
    public static async Task<IReadOnlyDictionary<NodeId, string>> NodeNamesAsync(
        SwarmClient client, CancellationToken cancellation) =>
        (await client.GetNodesAsync(cancellation)).ToDictionary(node => node.Node.Id, node => node.Node.Name);
}
