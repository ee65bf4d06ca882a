using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Runtime.Health;
using static Swarm.Core.Containers.ContainerEffect;

namespace Swarm.Cluster.Nodes;

/// <summary>Runs the container of one task on this node and tells its parent how it moves.</summary>
/// <remarks><see cref="ContainerLifecycle"/> decides; this actor holds the state, the timers and the I/O.</remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "An actor's end is PostStop, which disposes of them.")]
internal sealed partial class ContainerActor(
    ServiceName service, Container known, ContainerDefinition definition, NodeSurroundings node, IActorRef ingress,
    LeaseGate? lease)
    : UntypedActor, IWithTimers
{
    private const int KillSignal = 9;
    private static readonly TimeSpan DrainAtMost = TimeSpan.FromSeconds(2);

    private readonly ILogger _logger = node.Loggers.CreateLogger<ContainerActor>();
    private readonly CancellationTokenSource _preparing = new();
    private readonly CancellationTokenSource _probing = new();
    private Container _container = known;
    private string? _routedTo;
    private bool _isRouted;
    private bool _isUnrouted;

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    protected override void PreStart()
    {
        var found = node.Engine.Find(_container.Id);
        Happen(new ContainerEvent.Looked(found is null ? null : TaskContainer.Sight(found)));
    }

    /// <summary>The container goes on: only what is asked of the engine for nobody is given up.</summary>
    protected override void PostStop()
    {
        _preparing.Cancel();
        _probing.Cancel();
        _preparing.Dispose();
        _probing.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Happened happened: Happen(happened.Event); break;
            case ProbeEnded ended: Note(ended); break;
            case AskStart: LookForEnd(); Happen(new ContainerEvent.StartAsked()); break;
            case AskStop asked: Happen(new ContainerEvent.StopAsked(asked.Grace, asked.Signal)); break;
            case AskRestarts asked: Happen(new ContainerEvent.RestartsChanged(asked.Policy)); break;
            case OrderContainer order: Happen(new ContainerEvent.Ordered(order.Desired)); break;
            case CondemnContainer condemned:
                Happen(new ContainerEvent.Condemned(condemned.Reason, AtOnce: true));
                break;
            case ContainerExitSeen seen: Happen(new ContainerEvent.Exited(TaskContainer.End(seen.Exit))); break;
            case RoutesSet routes when routes.Address == _routedTo: Note(routes); break;
            case RoutesSet: break; // of what was wanted before
            default: Unhandled(message); break;
        }
    }

    private void Note(RoutesSet routes)
    {
        Happen(new ContainerEvent.Published(routes.Fault));
        if (routes.Address is null) Happen(new ContainerEvent.Drained());
    }

    private void Happen(ContainerEvent happened)
    {
        var before = _container;
        var step = ContainerLifecycle.Step(before, happened, node.Time.GetUtcNow());
        _container = step.Next;
        Route();
        foreach (var effect in step.Effects) CarryOut(effect);
        if (_container == before) return;

        if (_container.Health != before.Health || _container.FailedProbes != before.FailedProbes)
            node.Engine.Health.Judge(_container.Id, _container.Health, _container.FailedProbes);
        if (_container.Health != before.Health) TellHealth();
        if (_container.Status != before.Status)
        {
            var why = _container.Reason.Length == 0 ? "" : $": {_container.Reason}";
            LogMoved(_container.Task, before.Status, _container.Status, why);
        }

        Context.Parent.Tell(new ContainerMoved(_container));
    }

    private void CarryOut(ContainerEffect effect)
    {
        switch (effect)
        {
            case PrepareContainer: Prepare(); break;
            case AbandonPreparing: _preparing.Cancel(); break;
            case StartContainer: Start(); break;
            case DrainContainer: After("drain", DrainAtMost, new ContainerEvent.Drained()); break;
            case TerminateContainer terminate:
                if (terminate.Grace < TimeSpan.Zero) Timers.Cancel("grace");
                else After("grace", terminate.Grace, new ContainerEvent.GraceEnded());
                Signal(terminate.Signal == 0 ? node.Engine.StopSignalOf : _ => terminate.Signal);
                break;
            case KillContainer kill:
                After("grace", kill.Again, new ContainerEvent.GraceEnded());
                TellKill();
                Signal(_ => KillSignal);
                break;
            case WaitBackOff wait: After("back-off", wait.Delay, new ContainerEvent.BackOffEnded()); break;
            case WaitToPublish wait: After("publish", wait.Delay, new ContainerEvent.PublishOverdue(wait.Run)); break;
            case WaitTimeout wait: After("time-out", wait.Left, new ContainerEvent.TimeEnded(wait.Run)); break;
            case WaitForProbe wait: After("probe", wait.Delay, new ContainerEvent.ProbeDue(wait.Run)); break;
            case ProbeContainer probe: Probe(probe); break;
            case RemoveContainer: Remove(); break;
            case WaitToRemove wait: After("remove", wait.Delay, new ContainerEvent.RemoveDue()); break;
            default: throw new UnreachableException($"no way to carry out {effect}");
        }
    }

    private void Prepare() => MakeAsync(_preparing.Token).PipeTo(
        Self,
        success: made => new Happened(new ContainerEvent.Prepared(TaskContainer.Sight(made))),
        failure: cause => new Happened(new ContainerEvent.PrepareFailed(Words(cause))));

    private void Start() => StartAsync().PipeTo(
        Self,
        success: started => new Happened(new ContainerEvent.Started(TaskContainer.Sight(started) with { End = null })),
        failure: cause => new Happened(new ContainerEvent.StartFailed(Words(cause), IsTransient(cause))));

    private void Probe(ProbeContainer probe)
    {
        var begun = node.Time.GetUtcNow();
        node.Engine.RunCommandAsync(_container.Id, probe.Arguments, probe.Timeout, _probing.Token).PipeTo(
            Self,
            success: result => result.TimedOut
                ? new ProbeEnded(probe.Run, begun, -1, ProbeWords.TimedOut(probe.Timeout, result.Output))
                : new ProbeEnded(probe.Run, begun, result.ExitCode, result.Output),
            failure: cause => new ProbeEnded(probe.Run, begun, -1, Words(cause)));
    }

    private void Note(ProbeEnded ended)
    {
        node.Engine.Health.Add(
            _container.Id, new SeenProbe(ended.Begun, node.Time.GetUtcNow(), ended.ExitCode, ended.Output));
        Happen(new ContainerEvent.Probed(ended.Run, ended.ExitCode == 0, ended.Output));
    }

    private void Remove() => node.Engine.RemoveAsync(_container.Id, CancellationToken.None).PipeTo(
        Self,
        success: () => new Happened(new ContainerEvent.Removed()),
        failure: cause => new Happened(
            IsMissing(cause) ? new ContainerEvent.Removed() : new ContainerEvent.RemoveFailed(Words(cause))));

    private void Signal(Func<ContainerId, int> choose)
    {
        try
        {
            node.Engine.Signal(_container.Id, choose(_container.Id));
        }
        catch (Exception refused) when (refused is ContainerException or IOException or UnauthorizedAccessException)
        {
            LogNotSignalled(refused, _container.Task);
        }

        // Its end may have been told to nobody: what is, counts, not what was heard.
        if (node.Engine.Find(_container.Id) is { Phase: ContainerPhase.Ended, Exit: { } exit })
        {
            Self.Tell(new Happened(new ContainerEvent.Exited(TaskContainer.End(exit))));
        }
    }

    /// <summary>Who starts it again has perhaps seen its end before it was told here.</summary>
    private void LookForEnd()
    {
        if (node.Engine.Find(_container.Id) is { Phase: ContainerPhase.Ended, Exit: { } exit })
            Happen(new ContainerEvent.Exited(TaskContainer.End(exit)));
    }

    private void Route()
    {
        if (!_container.Template.Container.Ports.Any(port => port.Mode == PublishMode.Ingress)) return;

        if (_container.Status is >= ContainerStatus.Ended)
        {
            if (!_isUnrouted) ingress.Tell(new UnrouteTask(_container.Task));
            (_isRouted, _isUnrouted) = (false, true);
            return;
        }

        var address = _container.IsServing ? _container.Observed.Addresses.FirstOrDefault() : null;
        if (_isRouted && address == _routedTo) return;

        (_isRouted, _isUnrouted, _routedTo) = (true, false, address);
        ingress.Tell(new RouteTask(_container.Task, service, _container.Template.Container.Ports, address));
    }

    private void TellKill()
    {
        if (node.Engine.Find(_container.Id) is { Phase: ContainerPhase.Running } container)
            node.Engine.Events.Publish(container, "kill", ("signal", $"{KillSignal}"));
    }

    private void TellHealth()
    {
        var word = _container.Health switch
        {
            ContainerHealth.Healthy => "healthy",
            ContainerHealth.Unhealthy => "unhealthy",
            _ => null,
        };
        if (word is not null && node.Engine.Find(_container.Id) is { } container)
            node.Engine.Events.Publish(container, $"health_status: {word}");
    }

    // A timer without end would be one that is due.
    private void After(string timer, TimeSpan delay, ContainerEvent happens) => Timers.StartSingleTimer(
        timer, new Happened(happens), delay < ServiceSpec.LongestTime ? delay : ServiceSpec.LongestTime);

    /// <remarks>An image may take long to come: those that have theirs do not wait for it.</remarks>
    private async Task<ContainerState> MakeAsync(CancellationToken cancellation)
    {
        using var image = node.Engine.Find(definition.Id) is null
            ? await node.Images.RequireAsync(definition.Spec, _container.Template.Credentials, cancellation)
            : null;
        return await node.Starts.RunAsync(() => node.Engine.CreateAsync(definition, cancellation), cancellation);
    }

    private Task<ContainerState> StartAsync() => node.Starts.RunAsync(
        () => lease is { IsOpen: false }
            ? throw new ContainerException(ContainerFault.Host, "the lease of its service has run out")
            : node.Engine.StartAsync(definition.Id, CancellationToken.None),
        CancellationToken.None);

    private static string Words(Exception cause) => Causes.Of(cause).Message;

    private static bool IsTransient(Exception cause) =>
        Causes.Of(cause) is not ContainerException { Fault: not ContainerFault.Host };

    private static bool IsMissing(Exception cause) =>
        Causes.Of(cause) is ContainerException { Fault: ContainerFault.NotFound };

    [LoggerMessage(LogLevel.Information, "Container of task {Task} moved from {Before} to {After}{Reason}")]
    private partial void LogMoved(TaskId task, ContainerStatus before, ContainerStatus after, string reason);

    [LoggerMessage(LogLevel.Warning, "Container of task {Task} was not signalled")]
    private partial void LogNotSignalled(Exception cause, TaskId task);

    private sealed record ProbeEnded(int Run, DateTimeOffset Begun, int ExitCode, string Output)
        : INoSerializationVerificationNeeded;

    private sealed record Happened(ContainerEvent Event) : INoSerializationVerificationNeeded;
}
