namespace Swarm.Hosts;

/// <summary>What hosts are made.</summary>
public sealed record HostsOptions
{
    /// <summary>No more hosts than this are made or added.</summary>
    public const int Most = 9;

    /// <summary>1 to <see cref="Most"/>.</summary>
    public int Count { get; init; } = 3;

    /// <summary>How swarmd is started; default: the program that <c>SWARM_TESTS_DAEMON</c> names, such as one compiled
    /// ahead, or what was built with these tests.</summary>
    public IReadOnlyList<string> Daemon { get; init; } =
        Environment.GetEnvironmentVariable("SWARM_TESTS_DAEMON") is { Length: > 0 } program
            ? [Path.GetFullPath(program)]
            : ["dotnet", Path.Combine(AppContext.BaseDirectory, "swarmd.dll")];

    /// <summary>A disk of so many MiB for the data root of each host of the start, a file system of its own, 300 and
    /// more; default: as large as that of the machine around.</summary>
    public int? DiskMebibytes { get; init; }

    /// <summary>More lines of each host's settings, as HOCON. What the environment has as <c>SWARM_TESTS_SETTINGS</c>
    /// comes after them.</summary>
    public string Settings { get; init; } = "";

    internal string AllSettings => $"{Settings}\n{Environment.GetEnvironmentVariable("SWARM_TESTS_SETTINGS")}";
}
