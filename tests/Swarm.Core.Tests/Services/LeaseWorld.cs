using System.Collections.Immutable;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>An at-most-once service and its nodes in virtual time, with every message as late as chance will have
/// it.</summary>
/// <remarks>What is promised is promised under these: a host that dies takes its containers with it, killing takes less
/// than the margin, and an entity that is not in charge any more gives no lease.</remarks>
internal sealed class LeaseWorld
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(250);

    private readonly List<(TimeSpan At, int Number, Action Deliver)> _mail = [];
    private readonly Random _chance;
    private readonly Dictionary<NodeId, TimeSpan> _given = [];
    private TimeSpan _heldBefore;
    private bool _entityIsUp = true;
    private long _sequence;
    private int _requests;
    private int _mails;

    public LeaseWorld(int seed, int nodes)
    {
        _chance = new Random(seed);
        Nodes = [.. Enumerable.Range(1, nodes).Select(number => new LeaseWorldNode(new NodeId($"n{number}"), this))];
    }

    public ServiceState State { get; private set; } = ServiceState.Empty(Specs.Web);

    public TimeSpan Time { get; private set; }

    public List<LeaseWorldNode> Nodes { get; }

    /// <summary>Slots with more than one container at this moment.</summary>
    public IEnumerable<int> Doubled => Nodes.SelectMany(node => node.RunningSlots)
        .GroupBy(slot => slot).Where(slot => slot.Count() > 1).Select(slot => slot.Key);

    public int RunningSlots => Nodes.SelectMany(node => node.RunningSlots).Distinct().Count();

    private DateTimeOffset Now => Specs.Noon + Time;

    private LeaseHolds Holds => new(
        Specs.Noon + _heldBefore,
        _given.ToImmutableDictionary(given => given.Key.Value, given => Specs.Noon + given.Value));

    public TimeSpan Delay(double most) => TimeSpan.FromSeconds(_chance.NextDouble() * most);

    public bool Draws(int oneIn) => _chance.Next(oneIn) == 0;

    public void Deploy(ServiceSpec spec) => Tell(new ServiceInput.Deploy(
        new DeployService(new RequestId($"r{++_requests}"), spec), new ServiceId($"s{_requests}")));

    /// <summary>The entity's host dies; another takes over after a while.</summary>
    public void MoveEntity()
    {
        _entityIsUp = false;
        _given.Clear();
        After(TimeSpan.FromSeconds(2) + Delay(10), () =>
            (_entityIsUp, _heldBefore) = (true, Time + ServiceRules.LongestLease(State) + Lease.Margin));
    }

    /// <summary>The link to a node is cut, and later healed; the entity learns of both late.</summary>
    public void Cut(LeaseWorldNode node, TimeSpan time)
    {
        node.IsCut = true;
        See(node, false, TimeSpan.FromSeconds(1) + Delay(4));
        After(time, () =>
        {
            node.IsCut = false;
            See(node, true, Delay(3));
        });
    }

    public void Tell(ServiceInput input)
    {
        if (!_entityIsUp) return;
        foreach (var happened in ServiceRules.Decide(State, input, Now, Holds).Events)
        {
            State = ServiceRules.Apply(State, happened);
            _sequence++;
        }
    }

    /// <summary>A message between the entity and a node; lost where the link is cut at either end of its way.</summary>
    public void Send(LeaseWorldNode node, Action deliver)
    {
        // Some leave before a cut and arrive after it.
        if (node.IsCut) return;
        After(Draws(10) ? Delay(20) : Delay(0.3), () =>
        {
            if (!node.IsCut) deliver();
        });
    }

    public void Renew(LeaseWorldNode node, long life, long round)
    {
        if (!_entityIsUp || !ServiceRules.MayRenewLease(State, node.Id)) return;
        var length = ServiceRules.LeaseFor(State);
        var until = Time + length + Lease.Margin;
        if (until > _given.GetValueOrDefault(node.Id)) _given[node.Id] = until;
        var answer = new LeaseRenewed(Specs.Web, node.Id, round, _sequence) { Length = length };
        Send(node, () => node.TakeLease(life, answer));
    }

    public void Pass(TimeSpan time, Action check)
    {
        for (var until = Time + time; Time < until;)
        {
            Time += Step;
            foreach (var mail in _mail.Where(mail => mail.At <= Time).OrderBy(mail => (mail.At, mail.Number)).ToList())
            {
                _mail.Remove(mail);
                mail.Deliver();
            }

            Tell(new ServiceInput.Woke());
            Place();
            foreach (var node in Nodes)
            {
                Order(node);
                node.Work();
            }

            check();
        }
    }

    public void After(TimeSpan delay, Action happens) => _mail.Add((Time + delay, ++_mails, happens));

    private void See(LeaseWorldNode node, bool reachable, TimeSpan late) => After(late, () =>
    {
        if (node.IsCut == !reachable) Tell(Seen());

        ServiceInput.NodeSeen Seen() =>
            new(new NodeSeen(Specs.Web, node.Id, reachable, NodeAvailability.Active));
    });

    private void Order(LeaseWorldNode node)
    {
        if (!_entityIsUp || !ServiceRules.NodesOf(State).Contains(node.Id)) return;
        var order = ServiceRules.OrdersFor(State, node.Id, _sequence);
        Send(node, () => node.Take(order));
    }

    private void Place()
    {
        if (!_entityIsUp || ServiceRules.Needs(State, Now, Holds).Placement is not { } asked) return;
        var nodes = Nodes.Where(node => !node.IsCut).ToList();
        if (nodes.Count == 0) return;
        Tell(new ServiceInput.Placed(new PlacementsMade(
            Specs.Web, asked.Request,
            [.. asked.Tasks.Select(task => new TaskPlacement(task, nodes[_chance.Next(nodes.Count)].Id))], [], "")));
    }
}
