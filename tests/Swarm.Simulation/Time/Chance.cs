namespace Swarm.Simulation.Time;

/// <summary>Every draw of one kind, in the order of its seed.</summary>
internal sealed class Chance(int seed)
{
    private readonly Random _random = new(seed);

    public bool Once(double probability) => probability > 0 && _random.NextDouble() < probability;

    /// <summary>From 0 up to, and without, the limit.</summary>
    public int Next(int limit) => _random.Next(limit);

    public int Between(int least, int most) => _random.Next(least, most + 1);

    public TimeSpan Between(TimeSpan least, TimeSpan most) => least + ((most - least) * _random.NextDouble());

    public TimeSpan Milliseconds(double least, double most) =>
        Between(TimeSpan.FromMilliseconds(least), TimeSpan.FromMilliseconds(most));

    public TimeSpan Seconds(double least, double most) =>
        Between(TimeSpan.FromSeconds(least), TimeSpan.FromSeconds(most));

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    /// <summary>So many of them, in an order by chance.</summary>
    public List<T> Some<T>(IEnumerable<T> from, int count)
    {
        var all = from.ToArray();
        _random.Shuffle(all);
        return [.. all.Take(count)];
    }
}
