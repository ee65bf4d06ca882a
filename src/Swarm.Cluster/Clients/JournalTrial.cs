using Akka.Actor;
using Akka.Persistence;

namespace Swarm.Cluster.Clients;

/// <summary>Writes one event and deletes it again, tells its parent how that went, and ends.</summary>
internal sealed class JournalTrial(string id) : UntypedPersistentActor
{
    public override string PersistenceId => id;

    public override Recovery Recovery => Recovery.None;

    public static Props Props(string id) => Akka.Actor.Props.Create(() => new JournalTrial(id));

    protected override void OnRecover(object message)
    {
        if (message is RecoveryCompleted) Self.Tell(new Try());
    }

    protected override void OnCommand(object message)
    {
        switch (message)
        {
            case Try: Persist("tried", _ => Written()); break;
            case DeleteMessagesSuccess or DeleteMessagesFailure: Context.Stop(Self); break;
            default: Unhandled(message); break;
        }
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) => Tell(cause);

    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        Tell(cause);
        Context.Stop(Self);
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null) => Tell(reason);

    private void Written()
    {
        Context.Parent.Tell(new JournalTried(""));
        DeleteMessages(LastSequenceNr);
    }

    private static void Tell(Exception cause) =>
        Context.Parent.Tell(new JournalTried(
            $"the journal takes nothing: {cause.GetBaseException().Message.TrimEnd('.')}"));

    private sealed record Try : INoSerializationVerificationNeeded;
}
