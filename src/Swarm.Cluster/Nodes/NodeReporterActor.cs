using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;

namespace Swarm.Cluster.Nodes;

/// <summary>Tells the cluster that this node is there and what is free on it.</summary>
internal sealed partial class NodeReporterActor(NodeDescription description, NodeSurroundings node)
    : UntypedActor, IWithTimers
{
    // Settings are pushed when they change; asking again now and then heals a push that was lost.
    private static readonly TimeSpan RegisterAgainAfter = TimeSpan.FromMinutes(1);

    private readonly ILogger _logger = node.Loggers.CreateLogger<NodeReporterActor>();

    // Begins at the time of the start, so that it grows over restarts too.
    private long _report = node.Time.GetUtcNow().ToUnixTimeMilliseconds();
    private NodeDescription _description = description;
    private NodeSettings _settings = NodeSettings.Default;
    private NodeUse? _use;
    private bool _isRegistered;

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    protected override void PreStart()
    {
        Register();
        Timers.StartPeriodicTimer(nameof(Beat), new Beat(), node.Options.Heartbeat);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeUse use:
                _use = use;
                if (!Timers.IsTimerActive(nameof(TellNow)))
                    Timers.StartSingleTimer(nameof(TellNow), new TellNow(), node.Options.GatherFor);
                break;
            case TellSettings told: TakeSettings(told); break;
            case TellNow or Beat or TellReport: Report(); break;
            case RegisterAgain: Register(); break;
            default: Unhandled(message); break;
        }
    }

    private void Register()
    {
        node.Peers.Nodes.Tell(new RegisterNode(_description), Context.Parent);
        Timers.StartSingleTimer(nameof(RegisterAgain), new RegisterAgain(), _isRegistered
            ? RegisterAgainAfter
            : node.Options.TellAgainAfter);
    }

    private void TakeSettings(TellSettings told)
    {
        if (!_isRegistered)
        {
            LogRegistered(_description.Id.Value, _description.Pool);
            _isRegistered = true;
            Timers.StartSingleTimer(nameof(RegisterAgain), new RegisterAgain(), RegisterAgainAfter);
        }

        var isOther = told.Description != _description;
        (_settings, _description) = (told.Settings, told.Description);
        Report();
        if (isOther) Register();
    }

    private void Report()
    {
        if (_use is not { } use) return;

        var report = NodeReports.Of(use.Ledger, _description, _settings, node.Images.Here, ++_report);
        node.Peers.Placers.Tell(report, Context.Parent);
        node.Peers.Catalog.Tell(
            new NodeListing(_description, _settings, Reachable: true, report.Reserved, use.RunningTasks),
            Context.Parent);
    }

    [LoggerMessage(LogLevel.Information, "Node {Node} is registered in pool {Pool}")]
    private partial void LogRegistered(string node, string pool);

    private sealed record Beat : INoSerializationVerificationNeeded;

    private sealed record TellNow : INoSerializationVerificationNeeded;

    private sealed record RegisterAgain : INoSerializationVerificationNeeded;
}
