namespace Swarm.Linux.Cgroups;

/// <summary>Version 1: one hierarchy for each controller.</summary>
/// <remarks><see href="https://docs.kernel.org/admin-guide/cgroup-v1/index.html"/>.</remarks>
internal sealed class CgroupsV1(string mountPoint) : ICgroups
{
    private const string MaximalShares = "262144";

    public bool CountsSwap => File.Exists(Path.Join(mountPoint, "memory/memory.memsw.limit_in_bytes"));

    public void MakeParent(string path)
    {
        var cpu = Path.Join(mountPoint, "cpu", path);
        if (!Directory.Exists(Path.GetDirectoryName(cpu))) return;
        Directory.CreateDirectory(cpu);
        File.WriteAllText(Path.Join(cpu, "cpu.shares"), MaximalShares);
    }

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

    /// <remarks>
    /// Where nothing is mounted on <c>unified</c>, crun makes a common folder with a common file in it
    /// instead of a cgroup.
    /// </remarks>
    private static bool IsHierarchy(string folder) => File.Exists(Path.Join(folder, "cgroup.procs"));
}
