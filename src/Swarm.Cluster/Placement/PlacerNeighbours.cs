using Akka.Actor;

namespace Swarm.Cluster.Placement;

/// <summary>Those a placer talks with.</summary>
/// <param name="Services">The shard region of services; it exists once hosting has started it.</param>
/// <param name="Copies">That of those who keep the copies of images; as <paramref name="Services"/>.</param>
/// <param name="Catalog">Knows also the nodes that do not report.</param>
internal sealed record PlacerNeighbours(Func<IActorRef> Services, Func<IActorRef> Copies, IActorRef Catalog);
