namespace Swarm.Linux.Cgroups;

/// <summary>Version 2: one hierarchy.</summary>
/// <remarks><see href="https://docs.kernel.org/admin-guide/cgroup-v2.html"/>.</remarks>
internal sealed class CgroupsV2(string mountPoint) : ICgroups
{
    private const string MaximalWeight = "10000";
    private const string DefaultBlockWeight = "default 100";

    /// <summary>Those of the parent. The kernel takes a line, and is not told of nothing at all.</summary>
    private const string NoChoice = "\n";

    /// <summary>Those of <c>io.weight</c> are of another model, in which devices are measured first.</summary>
    private const string DeviceWeightFile = "io.bfq.weight";

    public bool CanWaitForMemory => false;

    public bool CountsSwap => File.Exists("/proc/swaps") && File.ReadLines("/proc/swaps").Skip(1).Any();

    public bool KnowsSwappiness => false;

    public bool WeighsBlocks => CgroupFiles.HasBelow(mountPoint, "io.weight", "io.bfq.weight");

    public bool WeighsDevices => CgroupFiles.HasBelow(mountPoint, DeviceWeightFile);

    public string? Processors => CgroupFiles.ReadText(Path.Join(mountPoint, "cpuset.cpus.effective"))?.Trim();

    public string? MemoryNodes => CgroupFiles.ReadText(Path.Join(mountPoint, "cpuset.mems.effective"))?.Trim();

    public void MakeParent(string path)
    {
        // Controllers have to be handed down level by level.
        var level = mountPoint;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            HandDown(level);
            level = Path.Join(level, part);
            Directory.CreateDirectory(level);
        }

        HandDown(level);
        var weight = Path.Join(level, "cpu.weight");
        if (File.Exists(weight)) File.WriteAllText(weight, MaximalWeight);
    }

    public void ExpectMove() => OwnCgroup.Stay(mountPoint, "");

    public CgroupUsage? Read(string path)
    {
        var folder = Path.Join(mountPoint, path);
        if (CgroupFiles.ReadNumber(Path.Join(folder, "memory.current")) is not { } used) return null;
        var cache = CgroupFiles.ReadKeyed(Path.Join(folder, "memory.stat"), "inactive_file");
        return new CgroupUsage(
            Math.Max(0, used - cache),
            TimeSpan.FromMicroseconds(CgroupFiles.ReadKeyed(Path.Join(folder, "cpu.stat"), "usage_usec")),
            CgroupFiles.ReadNumber(Path.Join(folder, "pids.current")) ?? 0,
            CgroupFiles.ReadKeyed(Path.Join(folder, "memory.events"), "oom_kill"));
    }

    public string? MemoryEventsOf(string path) => Path.Join(mountPoint, path, "memory.events");

    public CgroupStatistics? ReadStatistics(string path)
    {
        var folder = Path.Join(mountPoint, path);
        if (CgroupFiles.ReadNumber(Path.Join(folder, "memory.current")) is not { } used) return null;
        var cpu = CgroupFiles.ReadAllKeyed(Path.Join(folder, "cpu.stat"));
        long Nanoseconds(string key) => cpu.GetValueOrDefault(key) * 1000;
        var blocks = CgroupFiles.ReadLines(Path.Join(folder, "io.stat")).ToList();
        return new CgroupStatistics
        {
            Version = 2,
            CpuNanoseconds = Nanoseconds("usage_usec"),
            UserNanoseconds = Nanoseconds("user_usec"),
            SystemNanoseconds = Nanoseconds("system_usec"),
            Periods = cpu.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = cpu.GetValueOrDefault("nr_throttled"),
            ThrottledNanoseconds = Nanoseconds("throttled_usec"),
            MemoryBytes = used,
            MemoryPeakBytes = CgroupFiles.ReadNumber(Path.Join(folder, "memory.peak")) ?? 0,
            MemoryLimitBytes =
                CgroupFiles.ReadNumber(Path.Join(folder, "memory.max")) ?? CgroupStatistics.Unlimited,
            MemoryDetails = CgroupFiles.ReadAllKeyed(Path.Join(folder, "memory.stat")),
            Pids = CgroupFiles.ReadNumber(Path.Join(folder, "pids.current")) ?? 0,
            PidsLimit = CgroupFiles.ReadNumber(Path.Join(folder, "pids.max")) ?? 0,
            BlockBytes = [.. ReadBlocks(blocks, ("rbytes", "read"), ("wbytes", "write"))],
            BlockOperations = [.. ReadBlocks(blocks, ("rios", "read"), ("wios", "write"))],
        };
    }

    public IReadOnlyList<int> ProcessesOf(string path) => CgroupFiles.ReadProcesses(Path.Join(mountPoint, path));

    public void SetFrozen(string path, bool frozen) =>
        File.WriteAllText(Path.Join(mountPoint, path, "cgroup.freeze"), frozen ? "1" : "0");

    public bool IsFrozen(string path) =>
        CgroupFiles.ReadKeyed(Path.Join(mountPoint, path, "cgroup.events"), "frozen") == 1;

    public void LiftLimits(string path, CgroupLimits limits)
    {
        var folder = Path.Join(mountPoint, path);
        var memory = limits.HasFlag(CgroupLimits.Memory);
        string[] files =
        [
            .. limits.HasFlag(CgroupLimits.Cpu) ? ["cpu.max"] : (string[])[],
            .. memory ? ["memory.max"] : (string[])[],
            .. memory && CountsSwap ? ["memory.swap.max"] : (string[])[],
            .. limits.HasFlag(CgroupLimits.Pids) ? ["pids.max"] : (string[])[],
        ];
        foreach (var file in files) File.WriteAllText(Path.Join(folder, file), "max");

        if (limits.HasFlag(CgroupLimits.Processors)) LiftChoice(folder, "cpuset.cpus");
        if (limits.HasFlag(CgroupLimits.MemoryNodes)) LiftChoice(folder, "cpuset.mems");
        (CgroupLimits Limit, string File, string Without)[] others =
        [
            (CgroupLimits.Reservation, "memory.low", "0"),
            (CgroupLimits.BlockWeight, "io.weight", DefaultBlockWeight),
            (CgroupLimits.BlockWeight, DeviceWeightFile, DefaultBlockWeight),
        ];
        foreach (var (limit, file, without) in others)
            if (limits.HasFlag(limit)) CgroupFiles.SetWhereKnown(Path.Join(folder, file), without);
    }

    public void WeighDevice(string path, int major, int minor, int weight) => CgroupFiles.WriteDevice(
        Path.Join(mountPoint, path), [DeviceWeightFile], major, minor, weight);

    public bool Remove(string path) => CgroupFiles.RemoveTree(Path.Join(mountPoint, path));

    public string FolderOf(string path) => Path.Join(mountPoint, path);

    /// <remarks>Lines as <c>8:0 rbytes=4096 wbytes=0 rios=1 wios=0</c>.</remarks>
    private static IEnumerable<BlockCount> ReadBlocks(
        List<string[]> lines, params (string Key, string Operation)[] wanted) =>
        from fields in lines
        let device = fields[0].Split(':')
        where device.Length == 2
        from field in fields.Skip(1)
        let parts = field.Split('=')
        from want in wanted
        where parts.Length == 2 && parts[0] == want.Key
        select new BlockCount(
            (int)CgroupFiles.Number(device[0]), (int)CgroupFiles.Number(device[1]), want.Operation,
            CgroupFiles.Number(parts[1]));

    /// <remarks>A kernel may leave none without a choice that has processes (ENOSPC, seen with Linux 6.1): it gets all
    /// that there is for its parent.</remarks>
    private static void LiftChoice(string folder, string file)
    {
        var path = Path.Join(folder, file);
        try
        {
            CgroupFiles.SetWhereKnown(path, NoChoice);
        }
        catch (IOException)
        {
            CgroupFiles.SetWhereKnown(path, CgroupFiles.ReadText(Path.Join(folder, "..", file + ".effective")));
        }
    }

    private static void HandDown(string level)
    {
        var offered = File.ReadAllText(Path.Join(level, "cgroup.controllers"))
            .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        foreach (var controller in offered)
        {
            if (controller is not ("cpu" or "cpuset" or "memory" or "pids" or "io")) continue;
            File.WriteAllText(Path.Join(level, "cgroup.subtree_control"), "+" + controller);
        }
    }
}
