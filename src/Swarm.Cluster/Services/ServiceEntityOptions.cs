namespace Swarm.Cluster.Services;

/// <summary>How a service's entity keeps its conversations going.</summary>
internal sealed record ServiceEntityOptions
{
    /// <summary>What was not acknowledged is sent again after this time.</summary>
    public TimeSpan ResendAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a global service asks for its nodes.</summary>
    public TimeSpan AskEligibleEvery { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How often a replicated service at rest tells where its image is needed ahead; null: never.</summary>
    public TimeSpan? PrepareStandbysEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a deployment waits for what its image's name means; then the service
    /// runs the image by its name.</summary>
    public TimeSpan PinTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>However far off what is due next is, the clock is looked at this often.</summary>
    public TimeSpan LookAtClockEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>An entity without a service ends after this time without a message.</summary>
    public TimeSpan ForgetAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The list of services hears of changes at most this often.</summary>
    public TimeSpan PublishInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Events between snapshots.</summary>
    public int SnapshotEvery { get; init; } = 200;
}
