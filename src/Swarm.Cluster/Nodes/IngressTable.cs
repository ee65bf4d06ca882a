using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Cluster.Nodes;

/// <summary>Where the ingress ports of this host lead, from the tasks that publish them.</summary>
internal static class IngressTable
{
    /// <summary>One route for each port. A port whose tasks all take no connections stays, and refuses them.</summary>
    public static ImmutableArray<IngressRoute> Of(IEnumerable<RouteTask> tasks) =>
    [
        .. from task in tasks
           from port in task.Ports
           where port.Mode == PublishMode.Ingress && port.HostPort != 0
           group (task, port) by (port.HostPort, port.Protocol) into published
           orderby published.Key.HostPort, published.Key.Protocol
           select new IngressRoute(published.Key.HostPort, published.Key.Protocol, BackendsOf(published)),
    ];

    public static bool IsSame(ImmutableArray<IngressRoute> left, ImmutableArray<IngressRoute> right) =>
        left.Length == right.Length && left.AsEnumerable().Zip(right, IsSame).All(isSame => isSame);

    private static bool IsSame(IngressRoute left, IngressRoute right) =>
        left with { Backends = right.Backends } == right && left.Backends.SequenceEqual(right.Backends);

    private static ImmutableArray<IngressBackend> BackendsOf(
        IEnumerable<(RouteTask Task, PublishedPort Port)> published) =>
    [
        .. from entry in published
           where entry.Task.Address is not null
           orderby entry.Task.Task.Value
           select new IngressBackend(entry.Task.Address!, entry.Port.ContainerPort),
    ];
}
