using Swarm.Core.Membership;

namespace Swarm.Core.Tests.Membership;

/// <summary>Seeds in virtual time, whose messages are lost and late as a number chooses.</summary>
internal sealed class FormingFleet
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200);
    private readonly string[] _seeds;
    private readonly Random _chance;
    private readonly SortedDictionary<string, Seed> _running = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Action, TimeSpan> _due = new();
    private readonly SortedSet<string> _members = new(StringComparer.Ordinal);
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

    public IReadOnlyCollection<string> Members => _members;

    public void Start(string name)
    {
        // Clocks of their own: a node counts from its start.
        var node = new Seed(_now, Formation.Begin(name, _seeds));
        _running[name] = node;
        _due.Enqueue(() => Look(name, node), _now + (LookEvery * _chance.NextDouble()));
    }

    public void Stop(string name)
    {
        _running.Remove(name);
        _members.Remove(name);
    }

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
        if (_running.GetValueOrDefault(name) != node || _members.Contains(name)) return;

        var now = _now - node.Started;
        (node.State, var step) = node.State.Look(now);
        switch (step)
        {
            case FormationStep.Form: Founders.Add(name); _members.Add(name); break;
            case FormationStep.Join join when _members.Contains(join.Address): _members.Add(name); break;
            case FormationStep.Ask ask:
                var question = new AskToForm(name, ask.WantsVote, Formation.TokenAt(now));
                foreach (var other in _seeds.Where(seed => seed != name)) Send(() => Hear(other, question));
                break;
        }

        _due.Enqueue(() => Look(name, node), _now + LookEvery);
    }

    private void Hear(string name, AskToForm question)
    {
        if (!_running.TryGetValue(name, out var node)) return;

        (node.State, var answer) =
            node.State.Answer(question, _members.Contains(name), _now - node.Started);
        Send(() =>
        {
            if (_running.TryGetValue(question.Address, out var asker))
                asker.State = asker.State.Take(answer, _now - asker.Started);
        });
    }

    private void Send(Action arrive)
    {
        if (_chance.NextDouble() >= _loss) _due.Enqueue(arrive, _now + (_longestDelay * _chance.NextDouble()));
    }

    private sealed class Seed(TimeSpan started, Formation state)
    {
        public TimeSpan Started { get; } = started;

        public Formation State { get; set; } = state;
    }
}
