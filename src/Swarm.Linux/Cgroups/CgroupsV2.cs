namespace Swarm.Linux.Cgroups;

/// <summary>Version 2: one hierarchy.</summary>
/// <remarks><see href="https://docs.kernel.org/admin-guide/cgroup-v2.html"/>.</remarks>
internal sealed class CgroupsV2(string mountPoint) : ICgroups
{
    private const string MaximalWeight = "10000";

    public bool CountsSwap => File.Exists("/proc/swaps") && File.ReadLines("/proc/swaps").Skip(1).Any();

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

    public bool Remove(string path) => CgroupFiles.RemoveTree(Path.Join(mountPoint, path));

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
