using Akka.Actor;

namespace Swarm.Cluster.Clients;

/// <summary>Says whether the journal takes events, for who waits in vain for an entity: one that is not running yet
/// cannot say it itself.</summary>
/// <remarks>One trial at a time, however many ask.</remarks>
internal sealed class JournalTrials(string node) : UntypedActor
{
    private readonly List<IActorRef> _asking = [];
    private bool _trying;

    public static Props Props(string node) => Akka.Actor.Props.Create(() => new JournalTrials(node));

    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TryJournal: _asking.Add(Sender); Begin(); break;
            case JournalTried tried: Answer(tried); break;
            case Terminated:
                _trying = false;
                if (_asking.Count > 0) Begin();
                break;
            default: Unhandled(message); break;
        }
    }

    private void Begin()
    {
        if (_trying) return;
        _trying = true;
        Context.Watch(Context.ActorOf(JournalTrial.Props("journal-trial-" + node)));
    }

    private void Answer(JournalTried tried)
    {
        foreach (var asking in _asking) asking.Tell(tried);
        _asking.Clear();
    }
}

/// <summary>Does the journal take events? The answer is <see cref="JournalTried"/>.</summary>
internal sealed record TryJournal : INoSerializationVerificationNeeded;

/// <param name="Fault">Why it does not, in words that go on from "because"; empty when it does.</param>
internal sealed record JournalTried(string Fault) : INoSerializationVerificationNeeded;
