namespace Swarm.Daemon.Running;

/// <summary>How swarmd ends. Told in docs/configuration.md.</summary>
internal static class ExitCodes
{
    public const int Stopped = 0;

    public const int Failed = 1;

    /// <summary>Command line or settings.</summary>
    public const int Wrong = 2;

    public const int HostLacks = 3;

    public const int DataRootBusy = 4;

    /// <summary>The other nodes went on without this one: it is to be started again.</summary>
    public const int ShutOut = 5;
}
