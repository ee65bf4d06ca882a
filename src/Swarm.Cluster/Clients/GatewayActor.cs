using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core.Clients;
using Swarm.Core.Services;

namespace Swarm.Cluster.Clients;

/// <summary>The door for clients: passes each message to whom it concerns, and sees that each is answered.</summary>
/// <remarks>One <see cref="RequestActor"/> or <see cref="ServiceLogsActor"/> a request; at the limit it answers that it
/// is late. That is no refusal: a sending of the same request that came before may still be carried out.</remarks>
internal sealed partial class GatewayActor(GatewayWay way, TimeSpan timeout, ILogger<GatewayActor> logger)
    : UntypedActor
{
    public const int MostAtOnce = 1000;

    private int _open;

    public static Props Props(GatewayWay way, TimeSpan timeout, ILoggerFactory loggers) =>
        Akka.Actor.Props.Create(() => new GatewayActor(way, timeout, loggers.CreateLogger<GatewayActor>()));

    // A request that failed has been answered, or is by its client's own time-out; it is not begun again.
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        if (message is Terminated)
        {
            _open--;
            return;
        }

        if (Refusal(message) is { } refused)
        {
            LogRefused(message.GetType().Name, refused.Reason);
            Sender.Tell(refused);
            return;
        }

        _open++;
        Context.Watch(Context.ActorOf(message is GetServiceLogs logs
            ? ServiceLogsActor.Props(logs, Sender, way, timeout)
            : RequestActor.Props(message, Sender, way.For(message)!, way.Journal, timeout)));
    }

    private RequestRefused? Refusal(object message) =>
        message is not GetServiceLogs && way.For(message) is null
            ? new RequestRefused($"{message.GetType().Name} is not for clients to send")
        : GatewayWay.Refuse(message) is { } reason ? new RequestRefused(reason)
        : _open >= MostAtOnce
            ? new RequestRefused($"this node is busy with {MostAtOnce} requests: try again, or another node")
            {
                Late = true,
            }
        : null;

    [LoggerMessage(LogLevel.Debug, "{Message} was refused: {Reason}")]
    private partial void LogRefused(string message, string reason);
}
