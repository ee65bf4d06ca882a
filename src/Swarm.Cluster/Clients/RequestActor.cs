using Akka.Actor;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Clients;

/// <summary>One request of a client: passed on once, answered once, be it that nobody answered.</summary>
internal sealed class RequestActor(object request, IActorRef client, IActorRef owner, TimeSpan timeout)
    : UntypedActor, IWithTimers
{
    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(object request, IActorRef client, IActorRef owner, TimeSpan timeout) =>
        Akka.Actor.Props.Create(() => new RequestActor(request, client, owner, timeout));

    /// <summary>An answer, or why it cannot be given: the transport would drop a larger one without a word.</summary>
    public static object Fitting(object answer)
    {
        var (bytes, limit) = (SwarmSerializer.Measure(answer), SwarmSerializer.LimitOf(answer));
        return bytes <= limit ? answer : new RequestRefused($"the answer takes {bytes} bytes; {limit} fit into one");
    }

    protected override void PreStart()
    {
        Timers.StartSingleTimer("late", new Late(), timeout);
        owner.Tell(request);
    }

    protected override void OnReceive(object message)
    {
        client.Tell(message switch
        {
            Late => new RequestRefused(
                $"{request.GetType().Name} was not answered within {timeout.TotalSeconds:0.#} s: its owner or the "
                + "journal cannot be reached. It may still be carried out; the same request again does not do it "
                + "twice"),
            Status.Failure failure => new RequestRefused($"{request.GetType().Name} failed: {failure.Cause.Message}"),
            _ => Fitting(message),
        });
        Context.Stop(Self);
    }

    private sealed record Late : INoSerializationVerificationNeeded;
}
