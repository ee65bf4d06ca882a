using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Swarm.Core;
using Swarm.Linux;
using Swarm.Linux.Processes;
using Swarm.Linux.Watching;
using Swarm.Runtime.Exits;
using Swarm.Runtime.Leases;
using Swarm.Runtime.Processes;

namespace Swarm.Runtime.Tests;

/// <summary>A process that is out of descriptors: so no other tests run beside.</summary>
[CollectionDefinition(Alone, DisableParallelization = true)]
[Collection(Alone)]
public sealed class DescriptorTests
{
    private const string Alone = "out of descriptors";

    private const int RLIMIT_NOFILE = 7;

    /// <summary>As many as every process has, so that polls go on.</summary>
    private const ulong Fewest = 3;

    [Fact]
    public void Programs_are_waited_for_and_killed_also_where_no_descriptor_is_left()
    {
        using var watch = new DescriptorWatch("test");
        var waiting = new ProgramWaiting(watch, Patience.Seconds(20), TimeProvider.System);
        var ending = Spawner.Start(new Spawn("/bin/sh", ["-c", "sleep 0.2; exit 9"]));
        var endless = Spawner.Start(new Spawn("/bin/sh", ["-c", "exec sleep 600"]));

        int? code = null;
        WithoutDescriptors(() =>
        {
            code = waiting.Wait(ending);
            waiting.Kill(endless);
        });

        Assert.Equal(9, code);
        Assert.False(Directory.Exists($"/proc/{endless.Pid}"));
    }

    [Fact]
    public void A_program_that_cannot_be_held_does_not_go_on_unseen()
    {
        var endless = Spawner.Start(new Spawn("/bin/sh", ["-c", "exec sleep 600"]));

        WithoutDescriptors(() =>
        {
            var refused = Assert.Throws<LinuxException>(() => ProcessHandle.OpenChildOrEnd(endless));
            Assert.Equal(Errno.EMFILE, refused.Number);
        });

        Assert.False(Directory.Exists($"/proc/{endless.Pid}"));
    }

    [Fact]
    public void A_program_that_cannot_be_followed_does_not_go_on_unseen()
    {
        using var watch = new DescriptorWatch("test");
        var endless = Spawner.Start(new Spawn("/bin/sh", ["-c", "exec sleep 600"]));

        WithoutDescriptors(() => Assert.Throws<LinuxException>(
            () => FollowedProcess.Begin(watch, new ProcessIdentity(endless.Pid, 0), endless, _ => { })));

        Assert.False(Directory.Exists($"/proc/{endless.Pid}"));
    }

    [Fact]
    public void A_process_of_which_nothing_can_be_told_is_not_taken_for_one_that_has_ended()
    {
        var own = ProcessIdentity.Of(Environment.ProcessId)!.Value;

        WithoutDescriptors(() =>
        {
            Assert.ThrowsAny<IOException>(() => ProcessIdentity.Of(own.Pid));
            Assert.ThrowsAny<IOException>(() => own.IsAlive);
            Assert.ThrowsAny<IOException>(() => ProcessIdentity.ChildrenOf(own.Pid));
        });

        Assert.True(own.IsAlive);
        Assert.Null(ProcessIdentity.Of(int.MaxValue));
    }

    [Fact]
    public void An_end_that_comes_while_no_descriptor_is_left_is_told_later()
    {
        var folder = Directory.CreateTempSubdirectory("swarm-exits-").FullName;
        var first = Spawner.Start(new Spawn("/bin/sh", ["-c", "exec sleep 600"]));
        var monitor = Spawner.Start(new Spawn("/bin/sh", ["-c", "exec sleep 600"]));
        using (var firstHandle = ProcessHandle.OpenChild(first))
        using (var monitorHandle = ProcessHandle.OpenChild(monitor))
        using (var reaper = new OrphanReaper("nothing")) // whose part it is to look at each end
        using (var watch = new DescriptorWatch("test"))
        using (var ended = new SemaphoreSlim(0))
        using (var later = new BlockingCollection<Action>())
        using (var exits = new ExitWatch(watch, folder, _ => { }, _ => ended.Release(), () => { }, later.Add))
        {
            exits.Follow(
                new ContainerId("a"), ProcessIdentity.Of(first.Pid)!.Value, ProcessIdentity.Of(monitor.Pid)!.Value);
            Action? refused = null;
            WithoutDescriptors(() =>
            {
                firstHandle.Signal(9);
                later.TryTake(out refused, Patience.Seconds(20));
            });
            monitorHandle.Signal(9);
            Assert.False(ended.Wait(TimeSpan.Zero));
            Assert.NotNull(refused);

            refused();

            Assert.True(ended.Wait(Patience.Seconds(20)));
        }

        first.Wait();
        monitor.Wait();
        Directory.Delete(folder);
    }

    private static void WithoutDescriptors(Action act)
    {
        Assert.Equal(0, getrlimit(RLIMIT_NOFILE, out var before));
        var fewest = before with { Soft = Fewest };
        Assert.Equal(0, setrlimit(RLIMIT_NOFILE, ref fewest));
        try
        {
            act();
        }
        finally
        {
            Assert.Equal(0, setrlimit(RLIMIT_NOFILE, ref before));
        }
    }

    [DllImport("libc")]
    private static extern int getrlimit(int resource, out Limit limit);

    [DllImport("libc")]
    private static extern int setrlimit(int resource, ref Limit limit);

    private record struct Limit(ulong Soft, ulong Hard);
}
