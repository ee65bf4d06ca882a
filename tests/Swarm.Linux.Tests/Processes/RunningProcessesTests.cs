using Swarm.Linux.Processes;

namespace Swarm.Linux.Tests.Processes;

public sealed class RunningProcessesTests
{
    [Fact]
    public void A_process_is_found_by_its_arguments_until_it_has_ended()
    {
        var mark = "SWARM_TEST=" + Guid.NewGuid().ToString("N");
        var child = Spawner.Start(new Spawn("/bin/sh", ["-c", "sleep 600; :", mark]));
        using var handle = ProcessHandle.OpenChild(child);

        var found = RunningProcesses.Find(arguments => arguments.Contains(mark));
        child.EndWithDescendants();
        child.Wait();

        // Between its fork and its exec, the sleep has the arguments of its parent and may be found beside it.
        Assert.Contains(found, process => process.Pid == child.Pid);
        // The sleep was killed, too, and is given the time to end.
        Assert.True(SpinWait.SpinUntil(
            () => RunningProcesses.Find(arguments => arguments.Contains(mark)).Count == 0, TimeSpan.FromSeconds(20)));
    }
}
