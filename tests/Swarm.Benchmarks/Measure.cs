namespace Swarm.Benchmarks;

/// <summary>Timings of equal work, and what is quoted of them.</summary>
internal sealed class Measure(string name, string target)
{
    private readonly List<double> _values = [];

    public string Name { get; } = name;

    public string Target { get; } = target;

    public int Count => _values.Count;

    public double Minimum => _values.Min();

    public double Maximum => _values.Max();

    public double Median => Quantile(0.5);

    public void Add(double value) => _values.Add(value);

    /// <summary>The value below which this share of the runs lies; between two of them, the mean by distance.</summary>
    private double Quantile(double share)
    {
        var sorted = _values.Order().ToArray();
        var at = (sorted.Length - 1) * share;
        var below = (int)at;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (at - below));
    }
}
