namespace Swarm.Client.Compose;

/// <summary>How large a Compose file may be: far above any real one, and small enough that a
/// hostile one costs nothing.</summary>
internal static class ComposeLimits
{
    public const int FileBytes = 1024 * 1024;

    public const int Depth = 40;

    /// <summary>Values in the file once aliases and merge keys are followed.</summary>
    public const int Values = 50_000;

    /// <summary>Characters of one value once its variables are filled in.</summary>
    public const int ValueCharacters = 32 * 1024;

    /// <summary>Errors that are shown; the rest is counted.</summary>
    public const int Errors = 100;

    public const int Replicas = 10_000;

    /// <summary>Ports of one service, ranges written out.</summary>
    public const int Ports = 1_000;
}
