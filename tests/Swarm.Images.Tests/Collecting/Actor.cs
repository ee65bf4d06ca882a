namespace Swarm.Images.Tests.Collecting;

/// <summary>One of those who use a store at the same time.</summary>
/// <param name="number">From 1.</param>
internal sealed class Actor(int number, Random draws)
{
    public int Number => number;

    public Random Draws => draws;

    /// <summary>What it does.</summary>
    public Func<Actor, Task> Act { get; init; } = _ => Task.CompletedTask;

    /// <summary>What it is about now.</summary>
    public Deed Deed { get; set; } = Deed.None;

    public Task Ended { get; set; } = Task.CompletedTask;

    public bool Once(int percent) => draws.Next(100) < percent;

    public T Pick<T>(IReadOnlyList<T> from) => from[draws.Next(from.Count)];

    /// <summary>One of these; the default when there is none.</summary>
    public T? PickOrNone<T>(IEnumerable<T> from)
    {
        var all = from.ToList();
        return all.Count == 0 ? default : Pick(all);
    }
}
