using Swarm.Linux.Cgroups;

namespace Swarm.Linux.Tests.Cgroups;

public sealed class CgroupTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("swarmcg").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Version_2_is_read_from_its_one_hierarchy()
    {
        Write("swarm/a/memory.current", "5000\n");
        Write("swarm/a/memory.stat", "anon 1\ninactive_file 1000\n");
        Write("swarm/a/cpu.stat", "usage_usec 2500000\nuser_usec 1\n");
        Write("swarm/a/pids.current", "3\n");
        Write("swarm/a/memory.events", "oom 2\noom_kill 1\n");

        Assert.Equal(new CgroupUsage(4000, TimeSpan.FromSeconds(2.5), 3, 1), new CgroupsV2(_root).Read("/swarm/a"));
        Assert.Null(new CgroupsV2(_root).Read("/swarm/b"));
    }

    [Fact]
    public void Processors_and_memory_nodes_are_those_of_the_whole_host_where_they_can_be_chosen()
    {
        Write("cpuset/cpuset.cpus", "0-3\n");
        Write("cpuset/cpuset.mems", "0\n");
        Write("cpuset.cpus.effective", "0-1,4\n");
        Write("cpuset.mems.effective", "0-1\n");

        var (one, two) = (new CgroupsV1(_root), new CgroupsV2(_root));
        Assert.Equal(("0-3", "0"), (one.Processors, one.MemoryNodes));
        Assert.Equal(("0-1,4", "0-1"), (two.Processors, two.MemoryNodes));
        Assert.Null(new CgroupsV2(_root + "/cpuset").Processors);
    }

    [Fact]
    public void A_move_is_expected_by_staying_and_what_refuses_that_is_passed_over()
    {
        var before = File.ReadAllText("/proc/self/cgroup");

        CgroupFiles.OfHost().ExpectMove();
        new CgroupsV1(_root).ExpectMove();
        new CgroupsV2(_root).ExpectMove();

        Assert.Equal(before, File.ReadAllText("/proc/self/cgroup"));
        var line = before.Split('\n')[0].Split(':', 3);
        Write($"here{line[2]}/cgroup.procs", $"7\n{Environment.ProcessId}\n");
        Write($"other{line[2]}/cgroup.procs", "7\n");
        OwnCgroup.Stay($"{_root}/here", line[1]);
        OwnCgroup.Stay($"{_root}/other", line[1]);
        Assert.Equal($"{Environment.ProcessId}", File.ReadAllText($"{_root}/here{line[2]}/cgroup.procs"));
        Assert.Equal("7\n", File.ReadAllText($"{_root}/other{line[2]}/cgroup.procs"));
    }

    [Fact]
    public void Version_2_hands_controllers_down_to_the_parent_of_containers()
    {
        Write("cgroup.controllers", "cpuset cpu io memory hugetlb pids\n");
        Write("swarm/cgroup.controllers", "cpu memory\n");
        Write("swarm/cpu.weight", "100\n");

        new CgroupsV2(_root).MakeParent("/swarm");

        Assert.Equal("10000", File.ReadAllText(Path.Join(_root, "swarm/cpu.weight")));
        Assert.Equal("+pids", File.ReadAllText(Path.Join(_root, "cgroup.subtree_control")));
        Assert.Equal("+memory", File.ReadAllText(Path.Join(_root, "swarm/cgroup.subtree_control")));
    }

    [Fact]
    public void Version_1_is_read_from_one_hierarchy_for_each_controller()
    {
        Write("memory/swarm/a/memory.usage_in_bytes", "5000\n");
        Write("memory/swarm/a/memory.stat", "cache 9\ntotal_inactive_file 1000\n");
        Write("memory/swarm/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
        Write("cpuacct/swarm/a/cpuacct.usage", "2500000000\n");
        Write("pids/swarm/a/pids.current", "4\n");

        Assert.Equal(new CgroupUsage(4000, TimeSpan.FromSeconds(2.5), 4, 2), new CgroupsV1(_root).Read("/swarm/a"));
    }

    [Fact]
    public void Version_1_removes_a_common_folder_that_stands_where_a_hierarchy_is_not_mounted()
    {
        Write("memory/cgroup.procs", "");
        Directory.CreateDirectory(Path.Join(_root, "memory/swarm/a"));
        Write("unified/swarm/a/cgroup.procs", "1\n");

        Assert.True(new CgroupsV1(_root).Remove("/swarm/a"));

        Assert.False(Directory.Exists(Path.Join(_root, "unified/swarm/a")));
        Assert.False(Directory.Exists(Path.Join(_root, "memory/swarm/a")));
    }

    [Fact]
    public void All_that_version_2_counts_is_read()
    {
        Write("swarm/a/memory.current", "5000\n");
        Write("swarm/a/memory.max", "max\n");
        Write("swarm/a/memory.stat", "anon 1\ninactive_file 1000\n");
        Write("swarm/a/cpu.stat", "usage_usec 9\nuser_usec 5\nsystem_usec 4\nnr_periods 3\nnr_throttled 2\n"
            + "throttled_usec 1\n");
        Write("swarm/a/pids.current", "3\n");
        Write("swarm/a/pids.max", "max\n");
        Write("swarm/a/io.stat", "8:16 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n");

        var read = new CgroupsV2(_root).ReadStatistics("/swarm/a")!;

        Assert.Equal((9000, 5000, 4000), (read.CpuNanoseconds, read.UserNanoseconds, read.SystemNanoseconds));
        Assert.Equal((3, 2, 1000), (read.Periods, read.ThrottledPeriods, read.ThrottledNanoseconds));
        Assert.Equal((5000, CgroupStatistics.Unlimited, 0), (read.MemoryBytes, read.MemoryLimitBytes, read.PidsLimit));
        Assert.Equal(1000, read.MemoryDetails["inactive_file"]);
        Assert.Equal([new(8, 16, "read", 1), new(8, 16, "write", 2)], read.BlockBytes.AsEnumerable());
        Assert.Equal([new(8, 16, "read", 3), new(8, 16, "write", 4)], read.BlockOperations.AsEnumerable());
        Assert.Null(new CgroupsV2(_root).ReadStatistics("/swarm/b"));
    }

    [Fact]
    public void What_version_1_counts_of_block_devices_is_read()
    {
        Write("memory/swarm/a/memory.usage_in_bytes", "5000\n");
        Write("cpuacct/swarm/a/cpuacct.usage_percpu", "1 2 \n");
        Write("blkio/swarm/a/blkio.throttle.io_service_bytes_recursive", "254:0 Read 7\n254:0 Total 7\nTotal 7\n");

        var read = new CgroupsV1(_root).ReadStatistics("/swarm/a")!;

        Assert.Equal([new(254, 0, "Read", 7), new(254, 0, "Total", 7)], read.BlockBytes.AsEnumerable());
        Assert.Equal([1, 2], read.ProcessorNanoseconds.AsEnumerable());
    }

    [Fact]
    public void Limits_are_lifted_in_the_words_of_each_version()
    {
        Write("cpu/swarm/a/cpu.cfs_quota_us", "5000\n");
        Write("memory/memory.memsw.limit_in_bytes", "");
        Write("memory/swarm/a/memory.limit_in_bytes", "5\n");
        Write("pids/swarm/a/pids.max", "5\n");
        Write("swarm/a/cpu.max", "5000 100000\n");
        Write("swarm/a/pids.max", "5\n");

        new CgroupsV1(_root).LiftLimits("/swarm/a", CgroupLimits.Cpu | CgroupLimits.Memory);
        new CgroupsV2(_root).LiftLimits("/swarm/a", CgroupLimits.Cpu);

        Assert.Equal(
            ["-1", "-1", "-1", "5\n", "max", "5\n"],
            new[]
            {
                "cpu/swarm/a/cpu.cfs_quota_us", "memory/swarm/a/memory.memsw.limit_in_bytes",
                "memory/swarm/a/memory.limit_in_bytes", "pids/swarm/a/pids.max", "swarm/a/cpu.max", "swarm/a/pids.max",
            }.Select(path => File.ReadAllText(Path.Join(_root, path))));
    }

    [Fact]
    public void Limits_that_not_every_kernel_has_are_lifted_where_it_has_them()
    {
        const CgroupLimits all = CgroupLimits.Processors | CgroupLimits.MemoryNodes | CgroupLimits.Reservation
            | CgroupLimits.BlockWeight | CgroupLimits.Swappiness;
        (string File, string Text, string Lifted)[] files =
        [
            ("cpuset/swarm/a/cpuset.cpus", "0\n", "0-3"),
            ("cpuset/swarm/a/cpuset.mems", "0\n", "0-1"),
            ("memory/swarm/a/memory.soft_limit_in_bytes", "4096\n", "-1"),
            ("memory/swarm/a/memory.swappiness", "5\n", "60"),
            ("blkio/swarm/a/blkio.weight", "10\n", "500"),
            ("swarm/a/cpuset.cpus", "0\n", "\n"),
            ("swarm/a/cpuset.mems", "0\n", "\n"),
            ("swarm/a/memory.low", "4096\n", "0"),
            ("swarm/a/io.bfq.weight", "default 10\n", "default 100"),
        ];
        foreach (var (file, text, _) in files) Write(file, text);
        Write("cpuset/swarm/cpuset.cpus", "0-3\n");
        Write("cpuset/swarm/cpuset.mems", "0-1\n");
        Write("memory/swarm/memory.swappiness", "60\n");

        new CgroupsV1(_root).LiftLimits("/swarm/a", all);
        new CgroupsV2(_root).LiftLimits("/swarm/a", all);

        Assert.Equal(
            files.Select(file => file.Lifted), files.Select(file => File.ReadAllText(Path.Join(_root, file.File))));
        Assert.False(File.Exists(Path.Join(_root, "swarm/a/io.weight")));
    }

    [Theory]
    [InlineData("blkio.weight_device")]
    [InlineData("blkio.bfq.weight_device")]
    public void Version_1_weighs_devices_by_the_file_that_its_kernel_has(string file)
    {
        Write("blkio/swarm/a/" + file, "");
        Write("blkio/swarm/" + file, "");

        new CgroupsV1(_root).WeighDevice("/swarm/a", 8, 16, 500);

        Assert.True(new CgroupsV1(_root).WeighsDevices);
        Assert.Equal("8:16 500", File.ReadAllText(Path.Join(_root, "blkio/swarm/a", file)));
    }

    [Fact]
    public void Version_2_weighs_devices_where_bfq_is()
    {
        Write("swarm/io.weight", "");
        Assert.False(new CgroupsV2(_root).WeighsDevices);
        Write("swarm/io.bfq.weight", "");
        Write("swarm/a/io.bfq.weight", "");

        new CgroupsV2(_root).WeighDevice("/swarm/a", 8, 16, 500);

        Assert.True(new CgroupsV2(_root).WeighsDevices);
        Assert.Equal("8:16 500", File.ReadAllText(Path.Join(_root, "swarm/a/io.bfq.weight")));
    }

    [Fact]
    public void Version_1_alone_knows_how_readily_memory_is_swapped_out()
    {
        Assert.False(new CgroupsV1(_root).KnowsSwappiness);
        Write("memory/memory.swappiness", "60");

        Assert.True(new CgroupsV1(_root).KnowsSwappiness);
        Assert.False(new CgroupsV2(_root).KnowsSwappiness);
    }

    [Fact]
    public void Where_there_is_no_cgroup_one_is_made_to_see_what_it_has_and_taken_away()
    {
        Directory.CreateDirectory(Path.Join(_root, "blkio"));

        Assert.False(new CgroupsV1(_root).WeighsDevices);

        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(_root, "blkio")));
        Assert.False(new CgroupsV1(_root + "/none").WeighsDevices);
    }

    [Fact]
    public void Version_2_freezes_and_lists_processes_of_all_levels()
    {
        Write("swarm/a/cgroup.procs", "5\n6\n");
        Write("swarm/a/below/cgroup.procs", "7\n");
        Write("swarm/a/cgroup.freeze", "0\n");
        Write("swarm/a/cgroup.events", "populated 1\nfrozen 1\n");
        var cgroups = new CgroupsV2(_root);

        cgroups.SetFrozen("/swarm/a", true);

        Assert.Equal("1", File.ReadAllText(Path.Join(_root, "swarm/a/cgroup.freeze")));
        Assert.True(cgroups.IsFrozen("/swarm/a"));
        Assert.Equal([5, 6, 7], cgroups.ProcessesOf("/swarm/a"));
    }

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(_root, path))!);
        File.WriteAllText(Path.Join(_root, path), text);
    }
}
