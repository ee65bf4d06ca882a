using Akka.Actor;
using Swarm.Core.Services;

namespace Swarm.Cluster.Placement;

/// <summary>Asks the owner of a service to let one task go, again and again until it says yes or no.</summary>
/// <remarks>
/// One a move, so that an answer to one is never taken for that to another: a refusal does not say to what. What is
/// only late is no answer, for the journal may have it.
/// </remarks>
internal sealed class MoveAsker(MoveTask move, Func<IActorRef> services) : UntypedActor, IWithTimers
{
    private static readonly TimeSpan TellAgainAfter = TimeSpan.FromSeconds(1);

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(MoveTask move, Func<IActorRef> services) =>
        Akka.Actor.Props.Create(() => new MoveAsker(move, services));

    protected override void PreStart()
    {
        Timers.StartPeriodicTimer("tell", new TellAgain(), TellAgainAfter);
        services().Tell(move);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TellAgain: services().Tell(move); break;
            case ServiceAccepted: Timers.Cancel("tell"); break;
            case RequestRefused { Late: true }: break;
            case RequestRefused refused: Context.Parent.Tell(new MoveRefused(move.Task, refused.Reason)); break;
            default: Unhandled(message); break;
        }
    }

    private sealed record TellAgain : INoSerializationVerificationNeeded;
}
