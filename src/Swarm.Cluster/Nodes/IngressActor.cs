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
    private readonly List<(long Version, IActorRef Teller)> _waiting = [];
    private ImmutableHashSet<TaskId> _awaited = adopted;
    private ImmutableArray<IngressRoute>? _set;
    private string _fault = "";
    private long _version;
    private bool _isSetting;

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
                _waiting.Add((++_version, Sender));
                if (route.Address is not null) _awaited = _awaited.Remove(route.Task);
                Gather();
                break;
            case UnrouteTask unroute:
                _awaited = _awaited.Remove(unroute.Task);
                if (_tasks.Remove(unroute.Task)) _version++;
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
        if (!_isSetting && !Timers.IsTimerActive(nameof(SetNow)))
        {
            Timers.StartSingleTimer(nameof(SetNow), new SetNow(), node.Options.GatherFor);
        }
    }

    private void Set()
    {
        var routes = IngressTable.Of(_tasks.Values.Select(task => task.Route));
        var version = _version;
        if (_fault.Length == 0 && _set is { } set && IngressTable.IsSame(set, routes))
        {
            Answer(version);
            return;
        }

        _isSetting = true;
        node.Engine.SetIngressAsync(routes, CancellationToken.None).PipeTo(
            Self,
            success: () => new WasSet(version, routes, ""),
            failure: cause => new WasSet(version, routes, cause.GetBaseException().Message));
    }

    private void Finish(WasSet done)
    {
        (_isSetting, _set) = (false, done.Routes);
        if (done.Fault != _fault)
        {
            if (done.Fault.Length > 0) LogPortsNotSet(done.Fault);
            else LogPortsSet();
        }

        _fault = done.Fault;
        foreach (var (route, teller) in _tasks.Values) teller.Tell(new RoutesSet(FaultOf(route)));
        Answer(done.Version);
        if (_version > done.Version) Gather();
        else if (_fault.Length > 0) Timers.StartSingleTimer(nameof(SetNow), new SetNow(), TryAgainAfter);
    }

    private void Answer(long version)
    {
        foreach (var waiting in _waiting.Where(waiting => waiting.Version <= version))
        {
            waiting.Teller.Tell(new RoutesSet(_tasks.Values.Where(task => task.Teller.Equals(waiting.Teller))
                .Select(task => FaultOf(task.Route)).FirstOrDefault("")));
        }

        _waiting.RemoveAll(waiting => waiting.Version <= version);
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

    private sealed record WasSet(long Version, ImmutableArray<IngressRoute> Routes, string Fault)
        : INoSerializationVerificationNeeded;
}
