using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Cluster.Nodes;

/// <summary>Keeps this node's lease of one at-most-once service, and tells its parent when it is had and when it has
/// run out.</summary>
/// <remarks>
/// <see cref="NodeLease"/> decides. Answers come to this very incarnation of the actor, so one to a question of an
/// earlier life of the node can never be taken for a newer one. Drawn in docs/failure.md.
/// </remarks>
internal sealed partial class NodeLeaseActor(ServiceName service, NodeId id, NodeSurroundings node, LeaseGate gate)
    : UntypedActor, IWithTimers
{
    private readonly ILogger _logger = node.Loggers.CreateLogger<NodeLeaseActor>();
    private NodeLease _lease = new();

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    protected override void PreStart()
    {
        if (gate.Inherited is { } left && gate.Open(left))
        {
            _lease = NodeLease.Inherit(left);
            LookAt(left);
        }

        Timers.StartPeriodicTimer(nameof(AskNow), new AskNow(), TimeSpan.Zero, Lease.RenewEvery);
    }

    protected override void PostStop() => gate.Close();

    protected override void OnReceive(object message)
    {
        // Whatever woke it: an end that has come comes first.
        EndIfOver();
        switch (message)
        {
            case AskNow: Ask(); break;
            case LeaseRenewed answer: Take(answer); break;
            case LookAgain: break;
            default: Unhandled(message); break;
        }
    }

    private void Ask()
    {
        _lease = _lease.Ask(gate.Now);
        node.Peers.Services.Tell(new RenewLease(service, id, _lease.Round));
    }

    private void Take(LeaseRenewed answer)
    {
        var isHad = _lease.IsHeld(gate.Now) && !_lease.IsInherited;
        var renewed = _lease.Renew(answer, gate.Now);
        if (!renewed.IsHeld(gate.Now)) return;
        if (!gate.Open(renewed.Until!.Value)) return; // nobody counts it: as if it had not been given

        _lease = renewed;
        LookAt(renewed.Until.Value);
        if (!isHad) Context.Parent.Tell(new LeaseHad(_lease.Sequence));
    }

    private void LookAt(TimeSpan end) =>
        Timers.StartSingleTimer(nameof(LookAgain), new LookAgain(), end > gate.Now ? end - gate.Now : TimeSpan.Zero);

    private void EndIfOver()
    {
        if (_lease.Until is null || _lease.IsHeld(gate.Now)) return;
        LogOver(service);
        _lease = _lease.Lose();
        gate.Close();
        Context.Parent.Tell(new LeaseOver());
    }

    [LoggerMessage(LogLevel.Warning,
        "The lease of service {Service} ran out, nobody has renewed it: its containers are killed, for they may be "
            + "started elsewhere")]
    private partial void LogOver(ServiceName service);

    private sealed record AskNow : INoSerializationVerificationNeeded;

    private sealed record LookAgain : INoSerializationVerificationNeeded;
}
