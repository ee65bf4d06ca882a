namespace Swarm.Images.Tests.Collecting;

/// <summary>Something of an actor that can go on.</summary>
internal sealed class Turn(Actor actor, string step, Action? run) : IComparable<Turn>
{
    public Actor Actor => actor;

    public string Step => step;

    /// <summary>Null where its thread waits.</summary>
    public Action? Run => run;

    public long Number { get; set; }

    public ManualResetEventSlim Wake { get; } = new();

    public int CompareTo(Turn? other)
    {
        var first = actor.Number.CompareTo(other!.Actor.Number);
        if (first == 0) first = string.CompareOrdinal(step, other.Step);
        return first == 0 ? Number.CompareTo(other.Number) : first;
    }
}
