using System.Globalization;
using Swarm.Linux.Processes;

namespace Swarm.Linux.Tests.Processes;

public sealed class OrphanReaperTests
{
    private static readonly TimeSpan Waiting = Patience.Seconds(20);

    [Fact]
    public void An_orphan_that_is_known_by_its_name_is_reaped_when_it_ends()
    {
        using var reaper = new OrphanReaper("sleep");

        var orphan = StartOrphan("sleep 0.2");

        Assert.True(SpinWait.SpinUntil(() => StateOf(orphan) is null, Waiting));
    }

    [Fact]
    public void An_orphan_out_of_a_pid_namespace_below_is_reaped_whatever_it_is_called()
    {
        using var reaper = new OrphanReaper();
        using var pipe = new Pipe();

        // The one that unshares ends at once; its child is the first of the new namespace.
        Spawner.Start(new Spawn("/bin/sh", ["-c", "unshare --pid sh -c 'sh -c \"cat /dev/null\" & echo $! >&3'"])
        {
            Environment = ["PATH=/usr/bin:/bin"],
            Third = pipe.Writing,
        }).Wait();
        pipe.Writing.Dispose();
        var orphan = int.Parse(pipe.ReadLine()!, CultureInfo.InvariantCulture);

        Assert.True(SpinWait.SpinUntil(() => StateOf(orphan) is null, Waiting));
    }

    [Fact]
    public void An_orphan_of_which_nothing_is_known_is_left_alone()
    {
        using var reaper = new OrphanReaper("sleep");
        // It outlives its shell: else that may have reaped it.
        var orphan = StartOrphan("tail -s 0.1 -f --pid=$$ /dev/null");
        Assert.True(SpinWait.SpinUntil(() => StateOf(orphan) == 'Z', Waiting));

        reaper.Reap();

        Assert.Equal('Z', StateOf(orphan));
        new SpawnedProcess(orphan).Wait();
        Assert.Null(StateOf(orphan));
    }

    [Fact]
    public void A_child_is_left_to_whoever_started_it_whatever_it_is_called()
    {
        using var reaper = new OrphanReaper("sleep");
        var child = Spawner.Start(new Spawn("/bin/sleep", ["0"]));
        Assert.True(SpinWait.SpinUntil(() => StateOf(child.Pid) == 'Z', Waiting));

        reaper.Reap();

        Assert.Equal(0, child.Wait());
    }

    private static int StartOrphan(string command)
    {
        using var pipe = new Pipe();
        Spawner.Start(new Spawn("/bin/sh", ["-c", $"{command} & echo $! >&3"])
        {
            Environment = ["PATH=/usr/bin:/bin"],
            Third = pipe.Writing,
        }).Wait();
        pipe.Writing.Dispose();
        return int.Parse(pipe.ReadLine()!, CultureInfo.InvariantCulture);
    }

    private static char? StateOf(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/stat");
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
