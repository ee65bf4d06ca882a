using Akka.Actor;
using Akka.Cluster;
using Swarm.Cluster.Catalog;
using Swarm.Cluster.Hosting;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;

namespace Swarm.Cluster.Placement;

/// <content>Which nodes of the pool are members of the cluster, and which of them are in reach.</content>
internal sealed partial class PlacerEntity
{
    // A daemon that is started again leaves the cluster and joins it: meanwhile global services keep their tasks there.
    private static readonly TimeSpan KeptWhenRemoved = TimeSpan.FromSeconds(60);

    private readonly Dictionary<string, NodeId> _nodeAt = new(StringComparer.Ordinal);
    private readonly Dictionary<NodeId, NodeListing> _listed = [];
    private readonly HashSet<string> _unreachable = new(StringComparer.Ordinal);
    private readonly HashSet<string> _awaited = new(StringComparer.Ordinal);
    private bool _isListed;

    private void FollowMembers()
    {
        var cluster = Akka.Cluster.Cluster.Get(Context.System);
        cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
            typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        foreach (var member in cluster.State.Unreachable) _unreachable.Add(AddressOf(member));
        foreach (var member in cluster.State.Members)
        {
            if (member.Status == MemberStatus.Up && member.HasRole(ClusterRoles.Worker)
                && !_unreachable.Contains(AddressOf(member)))
            {
                _awaited.Add(AddressOf(member));
            }
        }
    }

    private void AskForReports()
    {
        foreach (var address in _awaited) Ask(address);
        _others.Catalog.Tell(new GetNodes());
    }

    private void Ask(string address) =>
        Context.ActorSelection(address + NodeActorPath.Path).Tell(new GetNodeReport(_pool));

    /// <summary>The lists know the nodes of other pools, which will not answer, and those out of reach.</summary>
    private void Keep(NodeList page)
    {
        if (_ready) return;
        foreach (var node in page.Nodes)
        {
            _listed[node.Node.Id] = node;
            if (node.Node.Pool != _pool) _awaited.Remove(node.Node.Address);
        }

        _isListed |= page.Next is null;
        if (page.Next is { } next) _others.Catalog.Tell(new GetNodes { After = next });
        else BeginIfComplete();
    }

    private void Heard(NodeReport report)
    {
        var address = report.Node.Address;
        if (_nodeAt.TryGetValue(address, out var former) && former != report.Node.Id) Leave(former, address);
        _nodeAt[address] = report.Node.Id;
        _awaited.Remove(address);
        _placer.GiveUp(report.Node.Id);

        // A report that was on its way when the link was cut, or came over one that leads only here.
        if (_unreachable.Contains(address) || (Timers.IsTimerActive(report.Node.Id) && !IsMember(address)))
            _placer.SetReachable(report.Node.Id, false);
    }

    /// <summary>Members that have not reported count as out of reach, and are not forgotten. Of nodes that are no
    /// members it is not known how long they have been away: they are awaited.</summary>
    private void KeepUnheard()
    {
        // Of several at one address the one in reach is there.
        foreach (var known in _listed.Values.OrderByDescending(known => known.Reachable))
        {
            var (node, address) = (known.Node, known.Node.Address);
            if (node.Pool != _pool || _nodeAt.ContainsValue(node.Id)) continue;
            if (!_nodeAt.ContainsKey(address) && IsMember(address))
            {
                _placer.KeepUnheard(node, known.Settings);
                _nodeAt[address] = node.Id;
                continue;
            }

            _placer.Await(node.Id);
            Timers.StartSingleTimer(node.Id, new Gone(node.Id, address), KeptWhenRemoved);
        }

        _listed.Clear();
    }

    private void OnMember(object message)
    {
        switch (message)
        {
            case ClusterEvent.MemberUp up: Ask(AddressOf(up.Member)); break;
            case ClusterEvent.ReachableMember reachable: SetReachable(reachable.Member, true); break;
            case ClusterEvent.UnreachableMember unreachable: SetReachable(unreachable.Member, false); break;
            case ClusterEvent.MemberRemoved removed: Remove(removed.Member); break;
            default: break; // joining and leaving: a node counts until it is out of reach or gone
        }
    }

    private void SetReachable(Member member, bool reachable)
    {
        var address = AddressOf(member);
        if (reachable) _unreachable.Remove(address);
        else _unreachable.Add(address);
        if (!_nodeAt.TryGetValue(address, out var node)) return;

        _placer.SetReachable(node, reachable);
        if (!reachable || !_ready) return;

        // What it says of itself may be old: it takes up its place at once, and is asked.
        Ask(address);
        WakeWaiting();
        RebalanceSoon();
    }

    private void Remove(Member member)
    {
        var address = AddressOf(member);
        _unreachable.Remove(address);
        _awaited.Remove(address);
        if (_nodeAt.TryGetValue(address, out var node)) Leave(node, address);
        if (!_ready) BeginIfComplete();
    }

    /// <summary>It has left the cluster, or another node has come to its address.</summary>
    private void Leave(NodeId node, string address)
    {
        _placer.SetReachable(node, false);
        Timers.StartSingleTimer(node, new Gone(node, address), KeptWhenRemoved);
    }

    private void Forget(Gone gone)
    {
        if (_nodeAt.TryGetValue(gone.Address, out var there) && there == gone.Node)
        {
            if (IsMember(gone.Address)) return;
            _nodeAt.Remove(gone.Address);
        }

        if (_nodeAt.ContainsValue(gone.Node)) return;
        _placer.GiveUp(gone.Node);
        _placer.Remove(gone.Node);
        WakeWaiting();
        NodesChanged();
    }

    private static bool IsMember(string address) => Akka.Cluster.Cluster.Get(Context.System).State.Members
        .Any(member => AddressOf(member) == address && member.Status != MemberStatus.Removed);

    private static string AddressOf(Member member) => member.Address.ToString();
}
