namespace Swarm.Linux.Cgroups;

/// <summary>
/// The cgroups of a host, of version 1 or 2. Paths are as <c>/swarm/ID</c>, below the root of each hierarchy.
/// </summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man7/cgroups.7.html">cgroups(7)</see>.</remarks>
public interface ICgroups
{
    /// <summary>
    /// Makes the cgroup under which containers go, with the greatest weight against what is beside it.
    /// </summary>
    /// <remarks>In version 1 all of them together would else weigh as much as one process of the root.</remarks>
    void MakeParent(string path);

    /// <summary>Makes the kernel ready for a process that will be put into a cgroup in a moment; blocks for as long as
    /// that takes.</summary>
    /// <remarks>Who puts one there waits until every processor has come to rest once, 5 to 30 ms, but not where another
    /// did so just before (cgroup_threadgroup_rwsem, a percpu_rw_semaphore). So this process is put where it is
    /// already, while what shall be put somewhere is still being made. What refuses that is passed over.</remarks>
    void ExpectMove();

    /// <summary>Reads what a cgroup uses.</summary>
    /// <returns>Null when there is none.</returns>
    CgroupUsage? Read(string path);

    /// <summary>The file that changes when the kernel kills a process of a cgroup for want of memory, and at other
    /// times.</summary>
    /// <returns>Null where there is none.</returns>
    string? MemoryEventsOf(string path);

    /// <summary>Reads everything that is counted.</summary>
    /// <returns>Null when there is no such cgroup.</returns>
    CgroupStatistics? ReadStatistics(string path);

    /// <summary>Pids of the processes in a cgroup and in those below it.</summary>
    IReadOnlyList<int> ProcessesOf(string path);

    /// <summary>Stops the processes of a cgroup, or lets them go on. The kernel may take a moment to do it.</summary>
    /// <exception cref="IOException">There is no such cgroup, or no freezer.</exception>
    void SetFrozen(string path, bool frozen);

    /// <summary>Whether its processes stand still, all of them.</summary>
    bool IsFrozen(string path);

    /// <summary>Takes away those limits of a cgroup that are named: it has what one has that was given none.</summary>
    /// <exception cref="IOException">There is no such cgroup.</exception>
    void LiftLimits(string path, CgroupLimits limits);

    /// <summary>Removes a cgroup and those below it, where no process is left in them.</summary>
    /// <returns>Whether nothing of it is left.</returns>
    bool Remove(string path);

    /// <summary>The folder of a cgroup by which all its processes can be found and killed: where there are several
    /// hierarchies, that of the freezer.</summary>
    string FolderOf(string path);

    /// <summary>The processors that there are for cgroups, as <c>0-3</c>; null where none can be chosen.</summary>
    string? Processors { get; }

    /// <summary>The memory nodes that there are for cgroups, as <c>0</c>; null where none can be chosen.</summary>
    string? MemoryNodes { get; }

    /// <summary>Whether processes can be made to wait for memory instead of being killed for want of it.</summary>
    bool CanWaitForMemory { get; }

    /// <summary>Whether limits on memory plus swap can be set.</summary>
    bool CountsSwap { get; }

    /// <summary>Whether a cgroup can say how readily its memory is swapped out.</summary>
    bool KnowsSwappiness { get; }

    /// <summary>Whether crun can give a cgroup a weight in block I/O: it needs a file that not every kernel has.
    /// </summary>
    bool WeighsBlocks { get; }

    /// <summary>Whether a cgroup can have a weight of its own for each block device.</summary>
    bool WeighsDevices { get; }

    /// <summary>Gives a cgroup a weight for one block device.</summary>
    /// <exception cref="IOException">The scheduler of the device knows no weights, or there is no such cgroup.
    /// </exception>
    void WeighDevice(string path, int major, int minor, int weight);
}
