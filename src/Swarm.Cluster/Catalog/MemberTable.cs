using Akka.Actor;
using Akka.Cluster;
using Swarm.Cluster.Hosting;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Catalog;

/// <summary>What this host has seen of the members of its cluster, from the events it is told.</summary>
internal sealed class MemberTable(Address self)
{
    private readonly Dictionary<Address, MemberSight> _sights = [];
    private readonly Dictionary<Address, long> _incarnations = [];
    private readonly SortedSet<Member> _schedulers = [];

    /// <summary>When this host came up in the cluster; null while it is not.</summary>
    public TimeSpan? UpSince { get; private set; }

    /// <summary>Those whose votes count, in the one order that all hosts have them in.</summary>
    public IReadOnlyList<Address> Schedulers => [.. _schedulers.Select(member => member.Address)];

    /// <summary>Null when it has not been a member since this host is up.</summary>
    public MemberSight? Find(string address) =>
        Address.TryParse(address, out var parsed) && _sights.TryGetValue(parsed, out var sight) ? sight : null;

    /// <summary>Number of the process that is the member at an address; null where there is none.</summary>
    public long? IncarnationAt(string address) =>
        Address.TryParse(address, out var parsed) && _incarnations.TryGetValue(parsed, out var number) ? number : null;

    public void Take(ClusterEvent.IClusterDomainEvent happened, TimeSpan now)
    {
        switch (happened)
        {
            case ClusterEvent.MemberUp up: Up(up.Member, now); break;
            case ClusterEvent.MemberLeft left: Up(left.Member, now); break;
            case ClusterEvent.MemberExited exited: Up(exited.Member, now); break;
            case ClusterEvent.ReachableMember reachable: SetReachable(reachable.Member, true, now); break;
            case ClusterEvent.UnreachableMember unreachable: SetReachable(unreachable.Member, false, now); break;
            case ClusterEvent.MemberDowned downed: SetReachable(downed.Member, false, now); break;
            case ClusterEvent.MemberRemoved removed: Remove(removed, now); break;
        }
    }

    private void Up(Member member, TimeSpan now)
    {
        _incarnations[member.Address] = member.UniqueAddress.Uid;
        var before = _sights.GetValueOrDefault(member.Address);
        _sights[member.Address] =
            before.IsMember ? before : new MemberSight(IsMember: true, IsReachable: true, LeftInOrder: false, now);
        if (member.HasRole(ClusterRoles.Scheduler))
        {
            _schedulers.Remove(member);
            _schedulers.Add(member);
        }

        if (member.Address == self) UpSince ??= now;
    }

    private void SetReachable(Member member, bool reachable, TimeSpan now)
    {
        if (!_sights.TryGetValue(member.Address, out var sight) || sight.IsReachable == reachable) return;

        _sights[member.Address] = sight with { IsReachable = reachable, Since = now };
    }

    private void Remove(ClusterEvent.MemberRemoved removed, TimeSpan now)
    {
        _schedulers.RemoveWhere(member => member.Address == removed.Member.Address);
        _incarnations.Remove(removed.Member.Address);
        if (!_sights.TryGetValue(removed.Member.Address, out var sight)) return;

        _sights[removed.Member.Address] = new MemberSight(
            IsMember: false, IsReachable: false, LeftInOrder: removed.PreviousStatus == MemberStatus.Exiting,
            sight.IsReachable ? now : sight.Since);
    }
}
