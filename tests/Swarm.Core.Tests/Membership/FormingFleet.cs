using Swarm.Core.Membership;

namespace Swarm.Core.Tests.Membership;

/// <summary>Seeds in virtual time, whose messages are lost and late as a number chooses.</summary>
/// <remarks>The members of a cluster know each other at once, also across a cut, and who is cut off is not shut out:
/// here it is about how clusters begin and find each other.</remarks>
internal sealed class FormingFleet
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan StartsAgainAfter = TimeSpan.FromSeconds(1);
    private readonly string[] _seeds;
    private readonly Random _chance;
    private readonly SortedDictionary<string, Seed> _running = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Action, TimeSpan> _due = new();
    private readonly SortedDictionary<string, SortedSet<string>> _clusterOf = new(StringComparer.Ordinal);
    private readonly HashSet<string> _cut = [];
    private TimeSpan _now;
    private double _loss;
    private TimeSpan _longestDelay;

    public FormingFleet(int seed, params string[] seeds)
    {
        _seeds = seeds;
        _chance = new Random(seed);
        foreach (var name in seeds) Start(name);
    }

    public List<string> Founders { get; } = [];

    /// <summary>Who has left its cluster for another.</summary>
    public List<string> GaveWay { get; } = [];

    public IReadOnlyCollection<string> Members => _clusterOf.Keys;

    public int Clusters => _clusterOf.Values.Distinct().Count();

    public void Start(string name)
    {
        if (_running.ContainsKey(name)) return;

        // Clocks of their own: a node counts from its start.
        var node = new Seed(_now, Formation.Begin(name, _seeds));
        _running[name] = node;
        _due.Enqueue(() => Look(name, node), _now + (LookEvery * _chance.NextDouble()));
    }

    /// <summary>Leaves its cluster in order, and ends.</summary>
    public void Stop(string name)
    {
        _running.Remove(name);
        if (_clusterOf.Remove(name, out var cluster)) cluster.Remove(name);
    }

    /// <summary>Nothing comes from it, and nothing reaches it.</summary>
    public void Cut(string name) => _cut.Add(name);

    public void Heal() => _cut.Clear();

    public string Explain(string name) => _running[name].State.Explain(_now - _running[name].Started);

    public void Run(TimeSpan time, double loss, TimeSpan longestDelay)
    {
        (_loss, _longestDelay) = (loss, longestDelay);
        var end = _now + time;
        while (_due.TryPeek(out _, out var at) && at <= end)
        {
            _now = at;
            _due.Dequeue()();
        }

        _now = end;
    }

    private void Look(string name, Seed node)
    {
        if (_running.GetValueOrDefault(name) != node) return;

        if (_clusterOf.TryGetValue(name, out var cluster))
        {
            Ask(name, _seeds.Except(cluster), Merging.QuestionOf(name));
            _due.Enqueue(() => Look(name, node), _now + Merging.AskEvery);
            return;
        }

        TakeStep(name, node);
        _due.Enqueue(() => Look(name, node), _now + LookEvery);
    }

    private void TakeStep(string name, Seed node)
    {
        var now = _now - node.Started;
        (node.State, var step) = node.State.Look(now);
        switch (step)
        {
            case FormationStep.Form: Founders.Add(name); _clusterOf[name] = new([name], StringComparer.Ordinal); break;
            case FormationStep.Join join when _clusterOf.TryGetValue(join.Address, out var found):
                if (_cut.Contains(name) || _cut.Contains(join.Address)) break;
                found.Add(name);
                _clusterOf[name] = found;
                break;
            case FormationStep.Ask ask:
                Ask(name, _seeds.Where(seed => seed != name), new AskToForm(
                    name, ask.WantsVote, Formation.TokenAt(now)));
                break;
        }
    }

    private void Ask(string name, IEnumerable<string> others, AskToForm question)
    {
        foreach (var other in others) Send(name, other, () => Hear(other, question));
    }

    private void Hear(string name, AskToForm question)
    {
        if (!_running.TryGetValue(name, out var node)) return;

        var inReach = InReach(name);
        var isMember = inReach.Count > 0 && Quorum.HasMajority([.. _clusterOf[name]], inReach.Contains);
        (node.State, var answer) = node.State.Answer(question, isMember, _now - node.Started);
        if (isMember) answer = answer with { Members = [.. inReach] };
        Send(name, question.Address, () => Take(question.Address, answer));
    }

    private void Take(string name, FormationAnswer answer)
    {
        if (!_running.TryGetValue(name, out var node)) return;

        if (!_clusterOf.TryGetValue(name, out var cluster))
        {
            // Who is named is asked and heard as well; here every node is a seed.
            node.State = node.State.Take(answer, _now - node.Started);
        }
        else if (answer.IsMember
            && Merging.Judge(cluster, InReach(name), answer.Members) == OtherCluster.Stays)
        {
            GaveWay.Add(name);
            Stop(name);
            _due.Enqueue(() => Start(name), _now + StartsAgainAfter);
        }
    }

    private List<string> InReach(string name) => !_clusterOf.TryGetValue(name, out var cluster) ? []
        : [.. cluster.Where(other => other == name || !(_cut.Contains(name) || _cut.Contains(other)))];

    private void Send(string from, string to, Action arrive)
    {
        if (_cut.Contains(from) || _chance.NextDouble() < _loss) return;
        _due.Enqueue(
            () =>
            {
                if (!_cut.Contains(to)) arrive();
            },
            _now + (_longestDelay * _chance.NextDouble()));
    }

    private sealed class Seed(TimeSpan started, Formation state)
    {
        public TimeSpan Started { get; } = started;

        public Formation State { get; set; } = state;
    }
}
