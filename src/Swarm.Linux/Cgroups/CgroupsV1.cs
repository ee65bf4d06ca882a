using System.Collections.Immutable;

namespace Swarm.Linux.Cgroups;

/// <summary>Version 1: one hierarchy for each controller.</summary>
/// <remarks><see href="https://docs.kernel.org/admin-guide/cgroup-v1/index.html"/>.</remarks>
internal sealed class CgroupsV1(string mountPoint) : ICgroups
{
    private const string MaximalShares = "262144";

    /// <summary>Any would do: what a move waits for is one for all.</summary>
    private const string Hierarchy = "freezer";

    private const string DefaultBlockWeight = "500";

    /// <summary>In bytes: the kernel's own greatest number is less than that by the size of a page.</summary>
    private const long NoReservation = long.MaxValue / 2;

    /// <summary>Of the scheduler CFQ until Linux 5, then of BFQ.</summary>
    private static readonly string[] DeviceWeightFiles = ["blkio.weight_device", "blkio.bfq.weight_device"];

    public bool CanWaitForMemory => true;

    public bool CountsSwap => File.Exists(Path.Join(mountPoint, "memory/memory.memsw.limit_in_bytes"));

    public bool KnowsSwappiness => File.Exists(Path.Join(mountPoint, "memory/memory.swappiness"));

    public bool WeighsBlocks => CgroupFiles.HasBelow(Path.Join(mountPoint, "blkio"), "blkio.weight");

    public bool WeighsDevices => CgroupFiles.HasBelow(Path.Join(mountPoint, "blkio"), DeviceWeightFiles);

    public string? Processors => CgroupFiles.ReadText(Path.Join(mountPoint, "cpuset/cpuset.cpus"))?.Trim();

    public string? MemoryNodes => CgroupFiles.ReadText(Path.Join(mountPoint, "cpuset/cpuset.mems"))?.Trim();

    public void MakeParent(string path)
    {
        var cpu = Path.Join(mountPoint, "cpu", path);
        if (!Directory.Exists(Path.GetDirectoryName(cpu))) return;
        Directory.CreateDirectory(cpu);
        File.WriteAllText(Path.Join(cpu, "cpu.shares"), MaximalShares);
    }

    public void ExpectMove() => OwnCgroup.Stay(Path.Join(mountPoint, Hierarchy), Hierarchy);

    public CgroupUsage? Read(string path)
    {
        var memory = Path.Join(mountPoint, "memory", path);
        if (CgroupFiles.ReadNumber(Path.Join(memory, "memory.usage_in_bytes")) is not { } used) return null;
        var cache = CgroupFiles.ReadKeyed(Path.Join(memory, "memory.stat"), "total_inactive_file");
        var cpuNanoseconds = CgroupFiles.ReadNumber(Path.Join(mountPoint, "cpuacct", path, "cpuacct.usage")) ?? 0;
        return new CgroupUsage(
            Math.Max(0, used - cache),
            TimeSpan.FromTicks(cpuNanoseconds / TimeSpan.NanosecondsPerTick),
            CgroupFiles.ReadNumber(Path.Join(mountPoint, "pids", path, "pids.current")) ?? 0,
            CgroupFiles.ReadKeyed(Path.Join(memory, "memory.oom_control"), "oom_kill"));
    }

    public string? MemoryEventsOf(string path) => null;

    public CgroupStatistics? ReadStatistics(string path)
    {
        var memory = Path.Join(mountPoint, "memory", path);
        if (CgroupFiles.ReadNumber(Path.Join(memory, "memory.usage_in_bytes")) is not { } used) return null;
        var accounting = Path.Join(mountPoint, "cpuacct", path);
        var throttling = CgroupFiles.ReadAllKeyed(Path.Join(mountPoint, "cpu", path, "cpu.stat"));
        var pids = Path.Join(mountPoint, "pids", path);
        var blocks = Path.Join(mountPoint, "blkio", path);
        return new CgroupStatistics
        {
            Version = 1,
            CpuNanoseconds = CgroupFiles.ReadNumber(Path.Join(accounting, "cpuacct.usage")) ?? 0,
            UserNanoseconds = CgroupFiles.ReadNumber(Path.Join(accounting, "cpuacct.usage_user")) ?? 0,
            SystemNanoseconds = CgroupFiles.ReadNumber(Path.Join(accounting, "cpuacct.usage_sys")) ?? 0,
            ProcessorNanoseconds = CgroupFiles.ReadNumbers(Path.Join(accounting, "cpuacct.usage_percpu")),
            Periods = throttling.GetValueOrDefault("nr_periods"),
            ThrottledPeriods = throttling.GetValueOrDefault("nr_throttled"),
            ThrottledNanoseconds = throttling.GetValueOrDefault("throttled_time"),
            MemoryBytes = used,
            MemoryPeakBytes = CgroupFiles.ReadNumber(Path.Join(memory, "memory.max_usage_in_bytes")) ?? 0,
            MemoryLimitBytes =
                CgroupFiles.ReadNumber(Path.Join(memory, "memory.limit_in_bytes")) ?? CgroupStatistics.Unlimited,
            MemoryFailures = CgroupFiles.ReadNumber(Path.Join(memory, "memory.failcnt")) ?? 0,
            MemoryDetails = CgroupFiles.ReadAllKeyed(Path.Join(memory, "memory.stat")),
            Pids = CgroupFiles.ReadNumber(Path.Join(pids, "pids.current")) ?? 0,
            PidsLimit = CgroupFiles.ReadNumber(Path.Join(pids, "pids.max")) ?? 0,
            BlockBytes = ReadBlocks(Path.Join(blocks, "blkio.throttle.io_service_bytes_recursive")),
            BlockOperations = ReadBlocks(Path.Join(blocks, "blkio.throttle.io_serviced_recursive")),
        };
    }

    public IReadOnlyList<int> ProcessesOf(string path) =>
        CgroupFiles.ReadProcesses(Path.Join(mountPoint, "memory", path));

    public void SetFrozen(string path, bool frozen) =>
        File.WriteAllText(Freezer(path), frozen ? "FROZEN" : "THAWED");

    public bool IsFrozen(string path) => CgroupFiles.ReadText(Freezer(path))?.Trim() == "FROZEN";

    public void LiftLimits(string path, CgroupLimits limits)
    {
        if (limits.HasFlag(CgroupLimits.Cpu))
            File.WriteAllText(Path.Join(mountPoint, "cpu", path, "cpu.cfs_quota_us"), "-1");
        if (limits.HasFlag(CgroupLimits.Memory))
        {
            // Memory plus swap may never be the smaller one.
            var folder = Path.Join(mountPoint, "memory", path);
            if (CountsSwap) File.WriteAllText(Path.Join(folder, "memory.memsw.limit_in_bytes"), "-1");
            File.WriteAllText(Path.Join(folder, "memory.limit_in_bytes"), "-1");
        }

        if (limits.HasFlag(CgroupLimits.Pids))
            File.WriteAllText(Path.Join(mountPoint, "pids", path, "pids.max"), "max");
        if (limits.HasFlag(CgroupLimits.Processors)) TakeFromParent("cpuset", path, "cpuset.cpus");
        if (limits.HasFlag(CgroupLimits.MemoryNodes)) TakeFromParent("cpuset", path, "cpuset.mems");
        if (limits.HasFlag(CgroupLimits.Swappiness)) TakeFromParent("memory", path, "memory.swappiness");
        if (limits.HasFlag(CgroupLimits.BlockWeight))
            CgroupFiles.SetWhereKnown(Path.Join(mountPoint, "blkio", path, "blkio.weight"), DefaultBlockWeight);
        var reservation = Path.Join(mountPoint, "memory", path, "memory.soft_limit_in_bytes");
        if (limits.HasFlag(CgroupLimits.Reservation) && CgroupFiles.ReadNumber(reservation) < NoReservation)
            File.WriteAllText(reservation, "-1");
    }

    public void WeighDevice(string path, int major, int minor, int weight) => CgroupFiles.WriteDevice(
        Path.Join(mountPoint, "blkio", path), DeviceWeightFiles, major, minor, weight);

    public bool Remove(string path)
    {
        var gone = true;
        foreach (var hierarchy in Directory.GetDirectories(mountPoint))
        {
            var folder = Path.Join(hierarchy, path);
            if (IsHierarchy(hierarchy)) gone &= CgroupFiles.RemoveTree(folder);
            else if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }

        return gone;
    }

    public string FolderOf(string path)
    {
        var freezer = Path.Join(mountPoint, "freezer");
        return Path.Join(Directory.Exists(freezer) ? freezer : Path.Join(mountPoint, "memory"), path);
    }

    /// <remarks>As a cgroup has it that is made.</remarks>
    private void TakeFromParent(string controller, string path, string file)
    {
        var folder = Path.Join(mountPoint, controller, path);
        CgroupFiles.SetWhereKnown(
            Path.Join(folder, file), CgroupFiles.ReadText(Path.Join(Path.GetDirectoryName(folder), file))?.Trim());
    }

    private string Freezer(string path) => Path.Join(mountPoint, "freezer", path, "freezer.state");

    /// <remarks>Lines as <c>8:0 Read 4096</c>; the last one, <c>Total 4096</c>, has no device.</remarks>
    private static ImmutableArray<BlockCount> ReadBlocks(string path) =>
    [
        .. from fields in CgroupFiles.ReadLines(path)
           where fields.Length == 3
           let device = fields[0].Split(':')
           select new BlockCount(
               (int)CgroupFiles.Number(device[0]), (int)CgroupFiles.Number(device[1]), fields[1],
               CgroupFiles.Number(fields[2])),
    ];

    /// <remarks>
    /// Where nothing is mounted on <c>unified</c>, crun makes a common folder with a common file in it
    /// instead of a cgroup.
    /// </remarks>
    private static bool IsHierarchy(string folder) => File.Exists(Path.Join(folder, "cgroup.procs"));
}
