using Akka.Actor;

namespace Swarm.Wire.Security;

/// <summary>Told to the transport of this process: end the connection that it has dialled to this node, if any. Akka
/// dials anew when there is something to say.</summary>
/// <param name="Peer">The address of the node's actor system.</param>
public sealed record HangUp(Address Peer);
