using Swarm.Linux.Processes;
using Swarm.Linux.Watching;
using Swarm.Runtime.Processes;
using Swarm.Runtime.Volumes;
using Swarm.Runtime.Work;

namespace Swarm.Runtime.Tests;

/// <summary>Work that hangs in the kernel.</summary>
public sealed class BlockingWorkTests
{
    private static readonly TimeSpan Waiting = Patience.Seconds(20);

    [Fact]
    public async Task Work_is_done_though_all_threads_hang_and_they_are_as_many_as_before_afterwards()
    {
        using var work = new BlockingWork("test", 2, TimeProvider.System);
        using var answer = new ManualResetEventSlim();
        Task[] hanging = [.. Enumerable.Range(0, 3).Select(_ => Hang(work, answer))];

        var other = await work.RunAsync(() => Task.FromResult(Environment.CurrentManagedThreadId), default)
            .WaitAsync(Waiting);

        Assert.DoesNotContain(hanging, one => one.IsCompleted);
        answer.Set();
        await Task.WhenAll(hanging).WaitAsync(Waiting);
        Assert.NotEqual(0, other);
    }

    [Fact]
    public async Task What_work_awaits_goes_on_on_its_threads_those_that_were_added_too()
    {
        using var work = new BlockingWork("test", 1, TimeProvider.System);
        using var answer = new ManualResetEventSlim();
        var hanging = Hang(work, answer);

        var name = await work.RunAsync(
            async () =>
            {
                await Task.Yield();
                return Thread.CurrentThread.Name!;
            },
            default).WaitAsync(Waiting);

        Assert.StartsWith("test ", name, StringComparison.Ordinal);
        answer.Set();
        await hanging.WaitAsync(Waiting);
    }

    /// <remarks>Each step of it waits anew for a thread: they must not be added anew for each.</remarks>
    [Fact]
    public async Task Work_of_many_steps_goes_on_at_once_once_a_thread_was_added()
    {
        using var work = new BlockingWork("test", 1, TimeProvider.System);
        using var answer = new ManualResetEventSlim();
        var hanging = Hang(work, answer);

        await work.RunAsync(
            async () =>
            {
                for (var step = 0; step < 100; step++) await Task.Delay(1);
            },
            default).WaitAsync(Waiting);

        Assert.False(hanging.IsCompleted);
        answer.Set();
        await hanging.WaitAsync(Waiting);
    }

    [Fact]
    public async Task A_path_whose_file_system_does_not_answer_is_named_and_asked_for_once()
    {
        using var answer = new ManualResetEventSlim();
        var asked = 0;
        void Look(string path)
        {
            Interlocked.Increment(ref asked);
            answer.Wait(Waiting);
        }

        for (var i = 0; i < 2; i++)
        {
            var refused = Assert.Throws<ContainerException>(
                () => AnsweringPath.Expect("/stale/mount", Look, TimeSpan.FromSeconds(0.2)));
            Assert.Equal(ContainerFault.Host, refused.Fault);
            Assert.Equal(
                "the file system of /stale/mount does not answer: nothing came within 0.2 s", refused.Message);
        }

        Assert.Equal(1, asked);
        answer.Set();
        using var patience = new CancellationTokenSource(Waiting);
        while (asked == 1)
        {
            await Task.Yield();
            AnsweringPath.Expect("/stale/mount", Look, Waiting);
            patience.Token.ThrowIfCancellationRequested();
        }
    }

    /// <remarks>What is called back in the very moment must not touch what is gone: that ends the process.</remarks>
    [Fact]
    public async Task A_command_is_let_go_of_while_what_it_left_running_writes_on()
    {
        using var watch = new DescriptorWatch("test");
        for (var i = 0; i < 100; i++)
        {
            using var run = new CommandRun(
                watch, new Spawn("/bin/sh", ["-c", "yes & exit 3"]) { Environment = ["PATH=/usr/bin:/bin"] },
                TimeProvider.System);
            Assert.Equal(3, await run.Ended.WaitAsync(Waiting));
        }
    }

    private static Task Hang(BlockingWork work, ManualResetEventSlim answer) => work.RunAsync(
        () =>
        {
            answer.Wait(Waiting);
            return Task.CompletedTask;
        },
        default);
}
