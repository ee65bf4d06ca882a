using Swarm.Linux.Processes;
using Swarm.Linux.Watching;

namespace Swarm.Linux.Tests.Watching;

public sealed class EndTests
{
    private static readonly TimeSpan Waiting = Patience.Seconds(20);

    [Fact]
    public void An_end_is_told_once_and_at_once_where_it_was_before()
    {
        using var watch = new DescriptorWatch("test");
        var process = Spawner.Start(new Spawn("/bin/sh", ["-c", "exit 3"]));
        using var handle = ProcessHandle.OpenChild(process);
        AwaitEnd(watch, handle);

        var told = 0;
        using (watch.WatchEnd(handle, () => Interlocked.Increment(ref told)))
        {
            // Those of one watch are told one after another: it would be told again meanwhile.
            for (var i = 0; i < 3; i++)
            {
                using var other = ProcessHandle.OpenChild(process);
                AwaitEnd(watch, other);
            }
        }

        Assert.Equal(1, told);
        Assert.Equal(3, process.Wait());
    }

    private static void AwaitEnd(DescriptorWatch watch, ProcessHandle handle)
    {
        using var ended = new ManualResetEventSlim();
        using var watching = watch.WatchEnd(handle, ended.Set);
        Assert.True(ended.Wait(Waiting));
    }
}
