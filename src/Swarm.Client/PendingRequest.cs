using Akka.Actor;
using Akka.Cluster.Tools.Client;
using Swarm.Core.Clients;
using Swarm.Core.Services;

namespace Swarm.Client;

/// <summary>One request: sent again and again, until something answers any of the sendings.</summary>
/// <remarks>
/// What is only late goes on being asked for, so that a contact or a host that fails meanwhile costs time and not the
/// request; the words of the last such answer are kept for who waits in vain.
/// </remarks>
internal sealed class PendingRequest : UntypedActor, IWithTimers
{
    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(1);

    private readonly IActorRef _cluster;
    private readonly ClusterClient.Send _send;
    private readonly RequestOutcome _outcome;

    public PendingRequest(IActorRef cluster, object message, RequestOutcome outcome)
    {
        _cluster = cluster;
        _send = new ClusterClient.Send(Gateway.Path, message, localAffinity: true);
        _outcome = outcome;
    }

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(IActorRef cluster, object message, RequestOutcome outcome) =>
        Akka.Actor.Props.Create(() => new PendingRequest(cluster, message, outcome));

    protected override void PreStart()
    {
        _cluster.Tell(_send);
        Timers.StartPeriodicTimer("repeat", new Repeat(), RepeatAfter);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Repeat: _cluster.Tell(_send); break;
            case RequestRefused { Late: true } late: _outcome.LateBecause = late.Reason; break;
            default:
                _outcome.Answer.TrySetResult(message);
                Context.Stop(Self);
                break;
        }
    }

    private sealed record Repeat : INoSerializationVerificationNeeded;
}
