using Swarm.Core;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Simulation.Nodes;
using Swarm.Simulation.Placement;
using Swarm.Simulation.Services;
using Swarm.Simulation.Time;

namespace Swarm.Simulation.Hosts;

/// <summary>One run of swarmd on a host: its node, the entities that live in it, and what it sees of the
/// cluster.</summary>
internal sealed class HostProcess
{
    public const string Pool = "default";

    private static readonly TimeSpan StartAgainAfter = TimeSpan.FromSeconds(2);

    private readonly Stage _stage;
    private readonly SortedDictionary<string, ServiceIncarnation> _services = new(StringComparer.Ordinal);

    public HostProcess(Stage stage, Host host)
    {
        (_stage, Host) = (stage, host);
        Life = Life.OfProcess(stage.Timeline);
        View = new ClusterView(stage, this);
        Node = new NodeModel(stage, this);
    }

    public Host Host { get; }

    public Life Life { get; }

    public ClusterView View { get; }

    public NodeModel Node { get; }

    public PlacerIncarnation? Placer { get; private set; }

    public IEnumerable<ServiceIncarnation> Services => _services.Values;

    public DateTimeOffset Now => _stage.Timeline.Now + Host.Skew;

    public static string KeyOf(ServiceName service) => "service-" + service.Value;

    public static string PlacerKey => "placer-" + Pool;

    public void Start() => Node.Start();

    public void ToService(ServiceName service, object message, Action<HostProcess, object>? answer = null)
    {
        var asking = Host;
        ToEntity(KeyOf(service), home => home.Deliver(service, message, answered =>
        {
            if (answer is not null) _stage.Network.Send(home.Host, asking, process => answer(process, answered));
        }));
    }

    public void ToPlacer(object message, Action<object>? answer = null) => ToEntity(PlacerKey, home =>
    {
        if (home.View.HomeOf(PlacerKey) == home) home.Placer ??= new PlacerIncarnation(_stage, home);
        home.Placer?.Receive(message, answered =>
        {
            if (answer is not null) _stage.Network.Send(home.Host, Host, _ => answer(answered));
        });
    });

    public void ToNode(NodeId node, object message) =>
        _stage.Network.Send(Host, _stage.HostOf(node), process => process.Node.Receive(message));

    /// <summary>Hosts the entity from now on; it comes up.</summary>
    public void Begin(string key)
    {
        _stage.Trace.Say($"{Host}: {key} comes up");
        if (key == PlacerKey) Placer ??= new PlacerIncarnation(_stage, this);
        else if (!_services.ContainsKey(key)) _services[key] = new ServiceIncarnation(_stage, this, NameOf(key));
    }

    /// <summary>The entity was handed over to another host.</summary>
    public void End(string key)
    {
        if (key == PlacerKey)
        {
            Placer?.End();
            Placer = null;
        }
        else if (_services.Remove(key, out var service))
        {
            service.End();
        }
    }

    /// <summary>The entity has ended because the journal did not take its events: it is started again.</summary>
    public void Failed(ServiceIncarnation service)
    {
        var key = KeyOf(service.Name);
        _services.Remove(key);
        Life.After(StartAgainAfter, () =>
        {
            if (View.HomeOf(key) == this) Begin(key);
        });
    }

    /// <summary>The entity has nothing to keep, and ended; the next message starts it.</summary>
    public void Passivated(ServiceIncarnation service) => _services.Remove(KeyOf(service.Name));

    public void TellServices(Host host, bool isReachable)
    {
        foreach (var service in _services.Values.ToList()) Tell(service, host, isReachable);
    }

    /// <summary>How it stands with each node, for an entity that has just come up.</summary>
    public void TellAll(ServiceIncarnation service)
    {
        foreach (var host in _stage.Hosts.Where(host => View.Knows(host)))
        {
            if (View.IsReachable(host) || View.SeesMajority) Tell(service, host, View.IsReachable(host));
        }
    }

    private static void Tell(ServiceIncarnation service, Host host, bool isReachable) => service.Receive(
        new NodeSeen(service.Name, host.Id, isReachable, NodeAvailability.Active), _ => { });

    private void ToEntity(string key, Action<HostProcess> arrive)
    {
        var home = View.HomeOf(key) ?? _stage.Cluster.FirstHomeOf(key, this);
        if (home is null) _stage.Tally.Count("seen: message to an entity without a home");
        else _stage.Network.Send(Host, home.Host, arrive);
    }

    private void Deliver(ServiceName service, object message, Action<object> answer)
    {
        var key = KeyOf(service);
        if (!_services.ContainsKey(key) && View.HomeOf(key) == this) Begin(key);
        if (_services.TryGetValue(key, out var incarnation)) incarnation.Receive(message, answer);
    }

    private static ServiceName NameOf(string key) => new(key["service-".Length..]);
}
