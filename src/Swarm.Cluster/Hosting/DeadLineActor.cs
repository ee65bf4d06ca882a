using Akka.Actor;
using Akka.Remote;
using Microsoft.Extensions.Logging;
using Swarm.Wire.Security;

namespace Swarm.Cluster.Hosting;

/// <summary>Ends connections on which nobody reads any more.</summary>
/// <remarks>
/// When two nodes dial each other at the same moment, each reads from the connection that the other one has made, and
/// only writes to its own. But a node that has known a former process at the same address drops its own connection, and
/// writes to the one that came in: from that nobody reads. Neither side would notice until its heartbeats are missed,
/// and both be taken for cut off from each other. So where a connection ends that came in, the one that was dialled
/// to the same node is ended, too, and dialled anew. Who starts and hears nothing of another node asks for it
/// (<see cref="EndLine"/>): the other one sees the end of what came in, and ends its own by that.
/// </remarks>
internal sealed partial class DeadLineActor(ILogger<DeadLineActor> logger) : UntypedActor
{
    public const string Name = "lines";

    private readonly RemoteTransport _transport =
        ((IRemoteActorRefProvider)((ExtendedActorSystem)Context.System).Provider).Transport;

    public static Props Props(ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new DeadLineActor(loggers.CreateLogger<DeadLineActor>()));

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DisassociatedEvent { IsInbound: true } ended when ended.RemoteAddress.System == Context.System.Name:
                End(ended.RemoteAddress);
                break;
            case EndLine end: End(end.Peer); break;
            case DisassociatedEvent or HungUp: break;
            case NotHungUp not: LogNotHungUp(not.Peer, not.Cause); break;
            default: Unhandled(message); break;
        }
    }

    private void End(Address peer) => _transport.ManagementCommand(new HangUp(peer)).PipeTo(
        Self, success: _ => new HungUp(), failure: cause => new NotHungUp(peer, cause));

    [LoggerMessage(LogLevel.Warning, "The connection to {Peer} could not be ended")]
    private partial void LogNotHungUp(Address peer, Exception cause);

    private sealed record HungUp : INoSerializationVerificationNeeded;

    private sealed record NotHungUp(Address Peer, Exception Cause) : INoSerializationVerificationNeeded;
}

/// <summary>Asks that the connection that was dialled to a node be ended: nothing is heard of it.</summary>
internal sealed record EndLine(Address Peer) : INoSerializationVerificationNeeded;
