using Swarm.Core;
using Swarm.Simulation.Checks;
using Swarm.Simulation.Faults;
using Swarm.Simulation.Hosts;
using Swarm.Simulation.Telling;
using Swarm.Simulation.Time;

namespace Swarm.Simulation;

/// <summary>Everything there is in one run: hosts, links, the journal, time, chance, and who watches.</summary>
internal sealed class Stage
{
    public Stage(int seed, int hosts, Resources capacity, TextWriter? trace)
    {
        Draws = new Chance(seed);
        Trace = new Trace(Timeline, trace);
        Journal = new Journal(this);
        Rules = new RuleBook(this);
        Hosts = [.. Enumerable.Range(0, hosts).Select(index => new Host(this, index, capacity))];
        Network = new Network(this);
        Cluster = new ClusterModel(this);
    }

    public Timeline Timeline { get; } = new();

    public Chance Draws { get; }

    public Trace Trace { get; }

    public Tally Tally { get; } = new();

    public Weather Weather { get; } = new();

    public Journal Journal { get; }

    public Network Network { get; }

    public ClusterModel Cluster { get; }

    public RuleBook Rules { get; }

    public IReadOnlyList<Host> Hosts { get; }

    public Host HostOf(NodeId node) => Hosts.First(host => host.Id == node);

    public void Start()
    {
        foreach (var host in Hosts) host.Boot();
        Cluster.Start();
    }
}
