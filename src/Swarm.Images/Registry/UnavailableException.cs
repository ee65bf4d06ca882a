namespace Swarm.Images.Registry;

/// <summary>What may go well when it is tried again: a lost connection, a registry that is too busy.</summary>
/// <param name="wait">How long the registry asks to wait; null when it does not.</param>
internal sealed class UnavailableException(string message, TimeSpan? wait = null, Exception? cause = null)
    : IOException(message, cause)
{
    public TimeSpan? Wait { get; } = wait;

    /// <summary>The registry is there, and answered that it cannot now.</summary>
    public bool HasAnswered { get; init; }
}
