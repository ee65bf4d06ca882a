using Swarm.Core;
using Swarm.Linux.Users;

namespace Swarm.Runtime;

/// <summary>Where an engine keeps its things, and what it makes of the host.</summary>
/// <remarks>Engines with other roots and another cgroup on the same host do not disturb each other.</remarks>
public sealed record EngineOptions
{
    /// <summary>A unix socket's path ends at 107 bytes; below the root go a folder of 33 and a name of 7.</summary>
    private const int LongestRunRoot = 107 - 33 - 7;

    /// <summary>What survives a restart of the host: records, logs, volumes.</summary>
    public required string DataRoot { get; init; }

    /// <summary>
    /// What does not: <c>state</c> in it has bundles, sockets and exit codes, and is best on a tmpfs.
    /// </summary>
    public required string RunRoot { get; init; }

    /// <summary>The cgroup below which containers go, as <c>/swarm</c>.</summary>
    public string CgroupParent { get; init; } = "/swarm";

    public string CrunPath { get; init; } = "/usr/bin/crun";

    public string ConmonPath { get; init; } = "/usr/bin/conmon";

    /// <summary>A seccomp profile as Docker writes them; null takes the one that comes along.</summary>
    public string? SeccompProfilePath { get; init; }

    /// <summary>What users and groups of new containers are on the host; null: the same.</summary>
    public IdMap? Users { get; init; }

    /// <summary>Size at which a container's log begins a new file.</summary>
    public Bytes LogMaxBytes { get; init; } = Bytes.FromMebibytes(10);

    /// <summary>How many files of a container's log are kept, the one being written included. At least 1.</summary>
    public int LogFiles { get; init; } = 3;

    /// <summary>How often log sizes are looked at.</summary>
    public TimeSpan LogCheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Threads for work that blocks: as many containers are made at once. Where all of them hang, there are
    /// more.</summary>
    public int Workers { get; init; } = 8;

    /// <summary>How long a crun may take, of which milliseconds are usual. One that takes longer is killed, and what it
    /// was to do has failed.</summary>
    public TimeSpan CrunPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a conmon that was loaded ahead waits for its container to be started. A client that runs one
    /// asks within milliseconds; one that only creates it shall not have a process for it.</summary>
    public TimeSpan MonitorAheadFor { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <exception cref="ArgumentException">What cannot be, all of it.</exception>
    public void Validate()
    {
        List<string> wrong = [];
        if (!Path.IsPathFullyQualified(DataRoot)) wrong.Add($"data root {DataRoot} is not a full path");
        if (!Path.IsPathFullyQualified(RunRoot)) wrong.Add($"run root {RunRoot} is not a full path");
        if (RunRoot.Length > LongestRunRoot)
            wrong.Add($"run root {RunRoot} is longer than {LongestRunRoot} characters");
        if (CgroupParent.Length < 2 || CgroupParent[0] != '/' || CgroupParent.Contains("..", StringComparison.Ordinal))
        {
            wrong.Add($"cgroup parent {CgroupParent} is not as /swarm");
        }

        if (!File.Exists(CrunPath)) wrong.Add($"there is no crun at {CrunPath}");
        if (!File.Exists(ConmonPath)) wrong.Add($"there is no conmon at {ConmonPath}");
        if (LogFiles < 1) wrong.Add("fewer than one log file");
        if (LogMaxBytes.Value < 4096) wrong.Add("log files of less than 4096 bytes");
        if (Workers < 1) wrong.Add("fewer than one worker");
        if (CrunPatience <= TimeSpan.Zero) wrong.Add("no time for crun");
        if (MonitorAheadFor < TimeSpan.Zero) wrong.Add("less than no time for a conmon that is loaded ahead");
        if (wrong.Count > 0) throw new ArgumentException(string.Join("; ", wrong));
    }
}
