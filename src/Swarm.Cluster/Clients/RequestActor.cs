using Akka.Actor;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Clients;

/// <summary>One request of a client: passed on once, answered once, be it that nobody answered.</summary>
/// <param name="journal">Asked what the journal does, when the owner says nothing.</param>
internal sealed class RequestActor(
    object request, IActorRef client, IActorRef owner, IActorRef journal, TimeSpan timeout) : UntypedActor, IWithTimers
{
    private static readonly TimeSpan TrialTimeout = TimeSpan.FromSeconds(2);

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(
        object request, IActorRef client, IActorRef owner, IActorRef journal, TimeSpan timeout) =>
        Akka.Actor.Props.Create(() => new RequestActor(request, client, owner, journal, timeout));

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
        switch (message)
        {
            case Late:
                Timers.StartSingleTimer("trial", new TrialLate(), TrialTimeout);
                journal.Tell(new TryJournal());
                break;
            case TrialLate: Answer(Unanswered("the journal does not answer")); break;
            case JournalTried { Fault: "" }: Answer(Unanswered("its owner cannot be reached at present")); break;
            case JournalTried tried: Answer(Unanswered(tried.Fault)); break;
            case Status.Failure failure: Answer(Failed(failure.Cause)); break;
            default: Answer(Fitting(message)); break;
        }
    }

    private void Answer(object answer)
    {
        client.Tell(answer);
        Context.Stop(Self);
    }

    private RequestRefused Unanswered(string why) => new(
        $"{request.GetType().Name} was not answered within {timeout.TotalSeconds:0.#} s: {why}. It may still be "
        + "carried out; the same request again does not do it twice")
    {
        Late = true,
    };

    /// <summary>Whoever failed may have kept it before: it is not known that nothing was done.</summary>
    private RequestRefused Failed(Exception cause) => new(
        $"{request.GetType().Name} failed: {cause.Message.TrimEnd('.')}. It may still be carried out; the same "
        + "request again does not do it twice")
    {
        Late = true,
    };

    private sealed record Late : INoSerializationVerificationNeeded;

    private sealed record TrialLate : INoSerializationVerificationNeeded;
}
