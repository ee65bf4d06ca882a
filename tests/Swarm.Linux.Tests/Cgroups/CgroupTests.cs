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

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Join(_root, path))!);
        File.WriteAllText(Path.Join(_root, path), text);
    }
}
