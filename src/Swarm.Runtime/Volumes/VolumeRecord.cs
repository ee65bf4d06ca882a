namespace Swarm.Runtime.Volumes;

/// <summary>What is known of a volume, as it is kept beside its content.</summary>
internal sealed record VolumeRecord(VolumeDefinition Definition, DateTimeOffset CreatedAt)
{
    /// <summary>The container without which it is of no use: one without a name is removed when that was never made.
    /// Null for those that are to stay.</summary>
    public string? MadeFor { get; init; }

    /// <summary>Whether its content is something that is mounted.</summary>
    public bool IsMounted => !Definition.Options.IsEmpty;
}
