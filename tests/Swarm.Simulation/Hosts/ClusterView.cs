using System.Collections.Immutable;

namespace Swarm.Simulation.Hosts;

/// <summary>What one process sees of the cluster; on the wrong side of a partition it is old.</summary>
internal sealed class ClusterView
{
    private readonly Stage _stage;
    private readonly HostProcess _process;
    private readonly TimeSpan[] _heard;
    private readonly bool[] _isOutOfReach;
    private bool _sawMajority;

    public ClusterView(Stage stage, HostProcess process)
    {
        (_stage, _process) = (stage, process);
        _heard = new TimeSpan[stage.Hosts.Count];
        _isOutOfReach = new bool[stage.Hosts.Count];
        Array.Fill(_heard, stage.Timeline.Elapsed);
    }

    /// <summary>It has joined, and has not learnt that it was removed.</summary>
    public bool IsMember { get; private set; }

    /// <summary>Members as it knows them.</summary>
    public ImmutableHashSet<Host> Members { get; private set; } = [];

    public ImmutableSortedDictionary<string, HostProcess> Homes { get; private set; } =
        ImmutableSortedDictionary<string, HostProcess>.Empty;

    public bool SeesMajority => IsMember && Members.Count(IsReachable) * 2 > Members.Count;

    /// <summary>When it last saw a majority.</summary>
    public TimeSpan LastMajority { get; private set; }

    public HostProcess? HomeOf(string key) => Homes.GetValueOrDefault(key);

    /// <summary>A host that was removed counts as out of reach.</summary>
    public bool IsReachable(Host host) =>
        host == _process.Host || (Members.Contains(host) && !_isOutOfReach[host.Index]);

    public bool Knows(Host host) => Members.Count > 0 && host.Index < _heard.Length;

    /// <summary>It has had no answer of that host for as long as its failure detector waits.</summary>
    public bool Misses(Host host) =>
        _stage.Timeline.Elapsed - _heard[host.Index] >= _stage.Cluster.DetectAfter && host != _process.Host;

    public TimeSpan SilentFor(Host host) => _stage.Timeline.Elapsed - _heard[host.Index];

    public void Hear(Host host) => _heard[host.Index] = _stage.Timeline.Elapsed;

    public void Join()
    {
        IsMember = true;
        Array.Fill(_heard, _stage.Timeline.Elapsed);
        LastMajority = _stage.Timeline.Elapsed;
    }

    /// <summary>What the majority knows, for one who is in it.</summary>
    public void Learn(ImmutableHashSet<Host> members, ImmutableSortedDictionary<string, HostProcess> homes)
    {
        foreach (var joined in members.Except(Members)) Hear(joined);
        var before = _stage.Hosts.Where(IsReachable).ToList();
        (Members, Homes) = (members, homes);
        TellChanges(before);
    }

    /// <summary>Takes together what it misses itself, and what those miss whom it hears.</summary>
    public void Judge()
    {
        var before = _stage.Hosts.Where(IsReachable).ToList();
        var witnesses = Members.Where(member => !Misses(member)).OrderBy(member => member.Index)
            .Select(member => member.Process?.View).OfType<ClusterView>().Where(view => view.IsMember).ToList();
        foreach (var member in Members)
        {
            _isOutOfReach[member.Index] = member != _process.Host
                && (Misses(member)
                    || witnesses.Exists(view => view._process.Host != member && view.Misses(member)));
        }

        TellChanges(before);
        if (SeesMajority) LastMajority = _stage.Timeline.Elapsed;
    }

    private void TellChanges(List<Host> before)
    {
        var majority = SeesMajority;
        foreach (var host in _stage.Hosts.Where(host => host != _process.Host))
        {
            var (was, now) = (before.Contains(host), IsReachable(host));
            if (was != now) _process.Placer?.SetReachable(host, now, isGone: !Members.Contains(host));
            if (was == now && majority == _sawMajority) continue;
            if (now || majority) _process.TellServices(host, now);
        }

        _sawMajority = majority;
    }
}
