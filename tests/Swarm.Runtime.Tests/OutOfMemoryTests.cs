using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Tests;

/// <summary>Processes that the kernel kills for want of memory while their container lives on.</summary>
public sealed class OutOfMemoryTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    // A line without an end, all of which tail has to keep.
    private const string Greedy = "tail /dev/zero";

    private const string Wait = "until [ -e /seen/go ]; do sleep .05; done";

    private static readonly ResourceLimits Limits = new(MilliCpu.Zero, Bytes.FromMebibytes(16));

    [Fact]
    public async Task Each_that_is_not_the_first_is_told_at_once_and_not_again_at_the_end()
    {
        var folder = Directory.CreateDirectory(Path.Join(fixture.Folder, "told")).FullName;
        using var listening = fixture.Engine.Events.Listen();
        var started = await fixture.StartAsync(
            EngineFixture.Shell($"{Greedy}; {Wait}; {Greedy}; exec sleep 600")
                with
            { Limits = Limits, Mounts = [new MountSpec(MountKind.Bind, folder, "/seen")] });
        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        List<string> told = [];
        async Task ReadUntilAsync(string action)
        {
            do
            {
                var happened = await listening.Next.ReadAsync(patience.Token);
                if (happened.Id == started.Id.Value) told.Add(happened.Action);
            }
            while (told.LastOrDefault() != action);
        }

        await ReadUntilAsync("oom");
        File.WriteAllText(Path.Join(folder, "go"), "");
        await ReadUntilAsync("oom");
        var running = fixture.Engine.Find(started.Id)!;
        fixture.Engine.Signal(started.Id, 9);
        await ReadUntilAsync("die");

        Assert.Equal((ContainerPhase.Running, true, null), (running.Phase, running.OutOfMemory, running.Exit));
        Assert.Equal(["create", "start", "oom", "oom", "die"], told);
        Assert.True(fixture.Engine.Find(started.Id)!.OutOfMemory);
    }

    [Fact]
    public async Task It_is_of_one_run_only()
    {
        var started = await fixture.StartAsync(
            EngineFixture.Shell($"[ -e /before ] && exec sleep 600; touch /before; {Greedy}; exit 0")
                with
            { Limits = Limits });
        Assert.True((await fixture.ExitOfAsync(started.Id)).OutOfMemory);

        var again = await fixture.Engine.StartAsync(started.Id, default);

        Assert.False(again.OutOfMemory);
    }

    [Fact]
    public async Task What_happened_while_no_engine_was_there_is_seen_by_the_next()
    {
        var folder = Directory.CreateDirectory(Path.Join(fixture.Folder, "seen")).FullName;
        var started = await fixture.StartAsync(
            EngineFixture.Shell($"{Wait}; {Greedy}; touch /seen/over; exec sleep 600")
                with
            { Limits = Limits, Mounts = [new MountSpec(MountKind.Bind, folder, "/seen")] });

        await fixture.ReopenAsync(() =>
        {
            File.WriteAllText(Path.Join(folder, "go"), "");
            Assert.True(SpinWait.SpinUntil(() => File.Exists(Path.Join(folder, "over")), Patience.Seconds(20)));
        });

        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        while (!fixture.Engine.Find(started.Id)!.OutOfMemory) await Task.Delay(10, patience.Token);
        Assert.Equal(ContainerPhase.Running, fixture.Engine.Find(started.Id)!.Phase);
    }
}
