namespace Swarm.Cli;

/// <summary>What scripts learn from a command. Listed in docs/cli.md.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;

    /// <summary>Wrong arguments, or a file that cannot be taken.</summary>
    public const int Usage = 2;
    public const int Unreachable = 3;
    public const int NotFound = 4;
    public const int Refused = 5;
    public const int Interrupted = 130;
}
