namespace Swarm.Core.Services;

/// <summary>What a service's entity is told.</summary>
public abstract record ServiceInput
{
    private ServiceInput()
    {
    }

    /// <param name="NewId">The id to take when the service does not exist yet.</param>
    public sealed record Deploy(DeployService Command, ServiceId NewId) : ServiceInput;

    public sealed record Scale(ScaleService Command) : ServiceInput;

    public sealed record Remove(RemoveService Command) : ServiceInput;

    public sealed record RollBack(RollbackService Command) : ServiceInput;

    public sealed record Run(RunJob Command) : ServiceInput;

    public sealed record Move(MoveTask Command) : ServiceInput;

    public sealed record Placed(Placement.PlacementsMade Answer) : ServiceInput;

    public sealed record Eligible(Placement.EligibleNodes Answer) : ServiceInput;

    public sealed record Reported(ReportTasks Report) : ServiceInput;

    public sealed record NodeSeen(Services.NodeSeen Seen) : ServiceInput;

    public sealed record Resolved(ImageResolved Meaning) : ServiceInput;

    /// <summary>It has just recovered. What it then decides makes the journal refuse those that were before
    /// it.</summary>
    public sealed record CameUp : ServiceInput;

    /// <summary>A node has seen a higher number of the journal than this incarnation knows: another one has written
    /// since it recovered. What it decides cannot be kept, and so it recovers once more.</summary>
    public sealed record Outrun : ServiceInput;

    /// <summary>The time that <see cref="ServiceNeeds.WakeAt"/> asked for has come.</summary>
    public sealed record Woke : ServiceInput;
}
