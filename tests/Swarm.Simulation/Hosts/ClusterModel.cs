using System.Collections.Immutable;

namespace Swarm.Simulation.Hosts;

/// <summary>Who is in the cluster, and which process is the home of each entity: the majority decides.</summary>
/// <remarks>
/// A stand-in for membership, failure detection, downing and sharding. It keeps their promise (the majority moves an
/// entity, the minority learns of it late) and none of the order in which they happen to do things: an old home goes on
/// until it notices, which may be long after the new one has begun.
/// </remarks>
internal sealed class ClusterModel
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(250);

    private readonly Stage _stage;
    private readonly Dictionary<HostProcess, TimeSpan> _leavesAfter = [];
    private ImmutableHashSet<Host> _members = [];
    private ImmutableSortedDictionary<string, HostProcess> _homes =
        ImmutableSortedDictionary<string, HostProcess>.Empty;

    public ClusterModel(Stage stage)
    {
        _stage = stage;
        DetectAfter = stage.Draws.Seconds(1, 4);
        DownAfter = stage.Draws.Seconds(1, 6);
    }

    /// <summary>How long a host is silent before it counts as out of reach.</summary>
    public TimeSpan DetectAfter { get; }

    /// <summary>How long it is out of reach of the majority before it is removed and its entities move.</summary>
    public TimeSpan DownAfter { get; }

    public bool IsMember(Host host) => _members.Contains(host);

    public HostProcess? HomeOf(string key) => _homes.GetValueOrDefault(key);

    public void Start() => _stage.Timeline.After(Tick, Beat);

    /// <summary>The home of an entity that nobody has asked for before; only one in the majority can have it
    /// made.</summary>
    public HostProcess? FirstHomeOf(string key, HostProcess asking)
    {
        if (!asking.View.SeesMajority || _homes.ContainsKey(key)) return null;
        Move(key, asking);
        return _homes[key];
    }

    /// <summary>Hands an entity over in good order: the old one ends before the new one begins.</summary>
    public void HandOver(string key)
    {
        if (!_homes.TryGetValue(key, out var home) || home.Life.IsOver || home.Life.IsPaused) return;
        if (!home.View.SeesMajority || !IsCurrent(home)) return;

        home.End(key);
        _stage.Tally.Count("fault: entity handed over");
        Move(key, home);
    }

    private static bool IsAwake(Host host) => host.Process is { Life.IsPaused: false };

    private void Beat()
    {
        _stage.Timeline.After(Tick, Beat);
        var awake = _stage.Hosts.Where(IsAwake).Select(host => host.Process!).ToList();
        foreach (var one in awake)
        {
            foreach (var other in awake.Where(other => _stage.Network.IsOpenBothWays(one.Host, other.Host)))
                one.View.Hear(other.Host);
        }

        foreach (var process in awake) process.View.Judge();
        foreach (var process in awake) Join(process);
        Down(awake);
        MoveHomeless(awake);
        foreach (var process in awake.Where(InMajority)) process.View.Learn(_members, _homes);
        foreach (var process in awake) Notice(process);
    }

    private bool IsCurrent(HostProcess process) =>
        process.View.IsMember && _members.Contains(process.Host) && process.Host.Process == process;

    private bool InMajority(HostProcess process) => IsCurrent(process) && process.View.SeesMajority;

    private void Join(HostProcess process)
    {
        if (process.View.IsMember) return;
        var inTouch = _stage.Hosts.Count(host =>
            IsAwake(host) && _stage.Network.IsOpenBothWays(process.Host, host));
        if (inTouch * 2 <= _stage.Hosts.Count) return;

        _members = _members.Add(process.Host);
        process.View.Join();
        process.View.Learn(_members, _homes);
        _stage.Trace.Say($"cluster: {process.Host} joins");
    }

    private void Down(List<HostProcess> awake)
    {
        foreach (var host in _stage.Hosts.Where(_members.Contains))
        {
            var judges = awake.Where(judge => judge.Host != host && InMajority(judge)
                && judge.View.SilentFor(host) >= DetectAfter + DownAfter).ToList();
            if (judges.Count == 0) continue;

            _members = _members.Remove(host);
            _stage.Tally.Count("seen: host removed from the cluster");
            _stage.Trace.Say($"cluster: {host} is removed by {judges[0].Host}");
            foreach (var judge in awake.Where(InMajority)) judge.View.Learn(_members, _homes);
        }
    }

    private void MoveHomeless(List<HostProcess> awake)
    {
        if (awake.Find(InMajority) is not { } judge) return;
        foreach (var (key, home) in _homes)
        {
            if (IsCurrent(home)) continue;
            if (!home.Life.IsOver) _stage.Tally.Count("seen: two incarnations of one entity");
            _stage.Tally.Count("seen: entity moved");
            Move(key, judge);
        }
    }

    private void Move(string key, HostProcess judge)
    {
        var able = _stage.Hosts.Where(host => judge.View.IsReachable(host) && IsAwake(host))
            .Select(host => host.Process!).Where(InMajority).ToList();
        var home = able.Count == 0 ? judge : _stage.Draws.Pick(able);
        _homes = _homes.SetItem(key, home);
        _stage.Trace.Say($"cluster: {key} moves to {home.Host}");
        home.Life.After(_stage.Draws.Seconds(0.05, 1.5), () =>
        {
            if (_homes.GetValueOrDefault(key) != home) return;
            home.View.Learn(_members, _homes);
            home.Begin(key);
        });
    }

    /// <summary>One who sees no majority for long, or meets those who have removed it, begins anew.</summary>
    private void Notice(HostProcess process)
    {
        if (!process.View.IsMember) return;
        var isOutcast = !_members.Contains(process.Host)
            && _stage.Hosts.Any(host => _members.Contains(host) && IsAwake(host)
                && _stage.Network.IsOpenBothWays(process.Host, host));
        var alone = _stage.Timeline.Elapsed - process.View.LastMajority;
        if (!_leavesAfter.TryGetValue(process, out var patience))
            _leavesAfter[process] = patience = _stage.Draws.Seconds(1, 12);
        if (!isOutcast && alone < DetectAfter + patience) return;

        _stage.Tally.Count("seen: host began anew after it was removed");
        _stage.Trace.Say($"{process.Host}: notices that it is not in the majority");
        process.Host.Kill();
        var host = process.Host;
        _stage.Timeline.After(_stage.Draws.Seconds(0.2, 2), host.Boot);
    }
}
