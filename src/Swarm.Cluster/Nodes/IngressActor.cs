using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;

namespace Swarm.Cluster.Nodes;

/// <summary>Keeps the ingress ports of this host leading to the tasks that serve them.</summary>
/// <remarks>One call at a time, each with the whole table; what changes meanwhile goes into the next.</remarks>
/// <param name="adopted">
/// Tasks that were served when the former process ended: its routes stand until each has
/// said where it is, or has ended.
/// </param>
internal sealed partial class IngressActor(NodeSurroundings node, ImmutableHashSet<TaskId> adopted)
    : UntypedActor, IWithTimers
{
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan FirstAfter = TimeSpan.FromMilliseconds(200);

    // Longer than a loaded host takes to look at its containers; a task whose file is broken never says anything.
    private static readonly TimeSpan AdoptAtMost = TimeSpan.FromSeconds(30);

    private readonly ILogger _logger = node.Loggers.CreateLogger<IngressActor>();
    private readonly Dictionary<TaskId, (RouteTask Route, IActorRef Teller)> _tasks = [];
    private readonly HashSet<TaskId> _unanswered = [];
    private ImmutableHashSet<TaskId> _awaited = adopted;
    private ImmutableArray<IngressRoute>? _set;
    private string _fault = "";
    private bool _isSetting;
    private bool _hasChanged;

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    protected override void PreStart()
    {
        Timers.StartSingleTimer(nameof(SetNow), new SetNow(), FirstAfter);
        if (!_awaited.IsEmpty) Timers.StartSingleTimer(nameof(AwaitedEnough), new AwaitedEnough(), AdoptAtMost);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RouteTask route:
                _tasks[route.Task] = (route, Sender);
                _unanswered.Add(route.Task);
                if (route.Address is not null) _awaited = _awaited.Remove(route.Task);
                Gather();
                break;
            case UnrouteTask unroute:
                _awaited = _awaited.Remove(unroute.Task);
                _tasks.Remove(unroute.Task);
                Gather();
                break;
            case AwaitedEnough:
                _awaited = [];
                Gather();
                break;
            case SetNow when !_isSetting && _awaited.IsEmpty: Set(); break;
            case SetNow: break;
            case WasSet set: Finish(set); break;
            default: Unhandled(message); break;
        }
    }

    private void Gather()
    {
        _hasChanged = true;
        if (!_isSetting && !Timers.IsTimerActive(nameof(SetNow)))
        {
            Timers.StartSingleTimer(nameof(SetNow), new SetNow(), node.Options.GatherFor);
        }
    }

    private void Set()
    {
        _hasChanged = false;
        var tasks = _tasks.Values.ToImmutableArray();
        var routes = IngressTable.Of(tasks.Select(task => task.Route));
        if (_fault.Length == 0 && _set is { } set && IngressTable.IsSame(set, routes))
        {
            Answer(tasks, all: false);
            return;
        }

        _isSetting = true;
        node.Engine.SetIngressAsync(routes, CancellationToken.None).PipeTo(
            Self,
            success: () => new WasSet(tasks, routes, ""),
            failure: cause => new WasSet(tasks, routes, Causes.Of(cause).Message));
    }

    private void Finish(WasSet done)
    {
        (_isSetting, _set) = (false, done.Routes);
        var isNews = done.Fault != _fault;
        if (isNews)
        {
            if (done.Fault.Length > 0) LogPortsNotSet(done.Fault);
            else LogPortsSet();
        }

        _fault = done.Fault;
        Answer(done.Tasks, all: isNews);
        if (_hasChanged) Gather();
        else if (_fault.Length > 0) Timers.StartSingleTimer(nameof(SetNow), new SetNow(), TryAgainAfter);
    }

    /// <summary>Tells how it went to those who were in the table, as they were in it.</summary>
    /// <param name="all">Also those who know it, as far as it was the same.</param>
    private void Answer(ImmutableArray<(RouteTask Route, IActorRef Teller)> tasks, bool all)
    {
        foreach (var task in tasks)
        {
            var isAwaited = _tasks.TryGetValue(task.Route.Task, out var now) && now == task
                && _unanswered.Remove(task.Route.Task);
            if (isAwaited || all) task.Teller.Tell(new RoutesSet(task.Route.Address, FaultOf(task.Route)));
        }

        _unanswered.RemoveWhere(task => !_tasks.ContainsKey(task));
    }

    /// <summary>The fault names the port; where it names none of any task, it concerns all.</summary>
    private string FaultOf(RouteTask route)
    {
        if (_fault.Length == 0) return "";
        var isNamed = _tasks.Values.Any(task => Names(task.Route.Ports));
        return !isNamed || Names(route.Ports) ? _fault : "";

        bool Names(ImmutableArray<PublishedPort> ports) => ports.Any(port => port.Mode == PublishMode.Ingress
            && Numbers()
                .Matches(_fault)
                .Any(number => number.Value == port.HostPort.ToString(CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();

    [LoggerMessage(LogLevel.Warning, "Ports of the host could not all be published: {Fault}")]
    private partial void LogPortsNotSet(string fault);

    [LoggerMessage(LogLevel.Information, "All published ports of the host are set again")]
    private partial void LogPortsSet();

    private sealed record SetNow : INoSerializationVerificationNeeded;

    private sealed record AwaitedEnough : INoSerializationVerificationNeeded;

    private sealed record WasSet(
        ImmutableArray<(RouteTask Route, IActorRef Teller)> Tasks, ImmutableArray<IngressRoute> Routes, string Fault)
        : INoSerializationVerificationNeeded;
}
