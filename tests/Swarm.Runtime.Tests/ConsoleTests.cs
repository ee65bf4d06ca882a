using Swarm.Core.Containers;
using Swarm.Runtime.Consoles;

namespace Swarm.Runtime.Tests;

public sealed class ConsoleTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static ContainerSpec Cat =>
        EngineFixture.Shell("cat; echo over") with { OpenStdin = true, StdinOnce = true };

    [Fact]
    public async Task Attached_before_the_start_no_byte_is_lost_and_streams_are_told_apart()
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("printf out; printf err >&2; exit 4")), default);
        await using var session = await AttachAsync(created, ConsoleStreams.All);

        await fixture.Engine.StartAsync(created.Id, default);

        Assert.Equal(("out", "err"), await session.ReadToEndAsync());
        Assert.False(session.IsTerminal);
        Assert.Equal(4, (await fixture.ExitOfAsync(created.Id)).ExitCode);
        Assert.Contains("out", await fixture.LogAsync(created.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_has_read_to_the_end_finds_that_it_has_ended()
    {
        for (var i = 0; i < 20; i++) // which comes first would be by chance
        {
            var created = await fixture.Engine.CreateAsync(
                EngineFixture.Define(EngineFixture.Shell("echo said; exit 3")), default);
            await using var session = await AttachAsync(created, ConsoleStreams.All);
            await fixture.Engine.StartAsync(created.Id, default);

            Assert.Equal(("said\n", ""), await session.ReadToEndAsync());
            var ended = fixture.Engine.Find(created.Id)!;
            Assert.Equal((ContainerPhase.Ended, 3), (ended.Phase, ended.Exit?.ExitCode));
            await fixture.Engine.RemoveAsync(created.Id, default);
        }
    }

    [Fact]
    public async Task Attached_to_one_that_has_ended_the_next_run_is_seen_whole()
    {
        var (exit, _) = await fixture.RunAsync(EngineFixture.Shell("echo run"));
        await using var session = await AttachAsync(fixture.Engine.Find(exit.Id)!, ConsoleStreams.All);

        await fixture.Engine.StartAsync(exit.Id, default);

        Assert.Equal(("run\n", ""), await session.ReadToEndAsync());
    }

    [Fact]
    public async Task Input_written_before_the_start_comes_in_and_its_end_ends_the_program()
    {
        var created = await fixture.Engine.CreateAsync(EngineFixture.Define(Cat), default);
        await using var session = await AttachAsync(created, ConsoleStreams.All);
        var writing = session.WriteTextAsync("first\n");
        Assert.False(writing.IsCompleted);

        await fixture.Engine.StartAsync(created.Id, default);
        await writing;
        await session.WriteTextAsync("second\n");
        await session.EndInputAsync(default);

        Assert.Equal(("first\nsecond\nover\n", ""), await session.ReadToEndAsync());
    }

    [Fact]
    public async Task Much_input_goes_to_a_slow_reader_whole()
    {
        var spec = Cat with { Command = ["sh", "-c", "sleep 1; cat | wc -c"] };
        var created = await fixture.Engine.CreateAsync(EngineFixture.Define(spec), default);
        await using var session = await AttachAsync(created, ConsoleStreams.All);
        await fixture.Engine.StartAsync(created.Id, default);

        await session.WriteTextAsync(new string('x', 3_000_000));
        await session.EndInputAsync(default);

        Assert.Equal("3000000\n", (await session.ReadToEndAsync()).Output);
    }

    [Fact]
    public async Task One_who_only_looks_does_not_end_the_input_when_he_goes()
    {
        var started = await fixture.StartAsync(Cat);
        await using var first = await AttachAsync(started, ConsoleStreams.All);
        var looker = await AttachAsync(started, ConsoleStreams.All with { Input = false });
        await first.WriteTextAsync("one\n");
        await looker.ReadUntilAsync("one\n");
        Assert.False(await looker.WriteAsync("x"u8.ToArray(), default));

        await looker.DisposeAsync();
        await first.WriteTextAsync("two\n");
        await first.EndInputAsync(default);

        Assert.Equal("one\ntwo\nover\n", (await first.ReadToEndAsync()).Output);
    }

    [Fact]
    public async Task Input_that_stays_open_outlives_a_session_whose_own_end_detaches_it()
    {
        var started = await fixture.StartAsync(Cat with { StdinOnce = false });
        await using (var first = await AttachAsync(started, ConsoleStreams.All))
        {
            await first.WriteTextAsync("one\n");
            await first.ReadUntilAsync("one\n");
            await first.EndInputAsync(default);
            Assert.Equal(("", ""), await first.ReadToEndAsync());
        }

        await using var second = await AttachAsync(started, ConsoleStreams.All);
        await second.WriteTextAsync("two\n");

        Assert.Equal("two\n", await second.ReadUntilAsync("two\n"));
        Assert.Equal(ContainerPhase.Running, fixture.Engine.Find(started.Id)!.Phase);
    }

    [Fact]
    public async Task Where_no_input_is_open_its_end_detaches_nobody()
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("echo said") with { Tty = true }), default);
        await using var session = await AttachAsync(created, ConsoleStreams.All);
        await session.EndInputAsync(default);

        await fixture.Engine.StartAsync(created.Id, default);

        Assert.Equal("said\r\n", (await session.ReadToEndAsync()).Output);
    }

    [Fact]
    public async Task A_terminal_is_one_has_a_size_and_can_be_left_and_come_back_to()
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(
                EngineFixture.Shell("stty size; read x; stty size; tty; read x") with
                {
                    Tty = true,
                    OpenStdin = true,
                    StdinOnce = true,
                }),
            default);
        await using (var session = await AttachAsync(created, ConsoleStreams.All))
        {
            fixture.Engine.Consoles.Resize(created.Id, new ConsoleSize(33, 101));
            await fixture.Engine.StartAsync(created.Id, default);
            await session.ReadUntilAsync("\r\n");
            fixture.Engine.Consoles.Resize(created.Id, new ConsoleSize(44, 99));
            await SizeAsync(created, "44 99");
            await session.WriteTextAsync("\n");
            Assert.Contains("44 99\r\n/dev/", await session.ReadUntilAsync("/dev/"), StringComparison.Ordinal);
            Assert.True(session.IsTerminal);
        }

        await using var again = await AttachAsync(created, ConsoleStreams.All);
        await again.WriteTextAsync("\n");
        await again.ReadToEndAsync();
        Assert.Equal(0, (await fixture.ExitOfAsync(created.Id)).ExitCode);
    }

    [Fact]
    public async Task A_terminal_has_the_size_that_was_asked_for_from_its_first_moment_and_at_each_start()
    {
        var (_, output) = await fixture.RunAsync(
            EngineFixture.Shell("stty size") with { Tty = true, ConsoleSize = new ConsoleSize(31, 113) });

        Assert.Equal("31 113", output.Trim());
    }

    [Fact]
    public async Task One_who_does_not_read_holds_up_neither_the_end_nor_memory()
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("yes 0123456789abcdef")), default);
        await using var session = await AttachAsync(created, ConsoleStreams.All);
        var started = await fixture.Engine.StartAsync(created.Id, default);
        await session.ReadUntilAsync("0123456789abcdef\n");
        var log = Path.Join(fixture.Options.DataRoot, "containers", started.Id.Value, "log");
        await StandsStillAsync(log);

        fixture.Engine.Signal(started.Id, 9);

        Assert.Equal(137, (await fixture.ExitOfAsync(started.Id)).ExitCode);
        Assert.InRange((await session.ReadToEndAsync()).Output.Length, 100_000, 4_000_000);
    }

    [Fact]
    public async Task What_has_no_terminal_is_not_resized_and_what_cannot_be_attached_to_is_said()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        fixture.Engine.Consoles.Resize(started.Id, new ConsoleSize(1, 1));
        Assert.NotEqual("0 1 1", await fixture.RunCommandAsync(started.Id, "sh", "-c", "stty size < /dev/console"));
        await using var session = await AttachAsync(started, ConsoleStreams.All);

        await fixture.Engine.RemoveAsync(started.Id, default);

        Assert.Equal(("", ""), await session.ReadToEndAsync());
        var gone = await Assert.ThrowsAsync<ContainerException>(() => AttachAsync(started, ConsoleStreams.All));
        Assert.Equal(ContainerFault.NotFound, gone.Fault);
    }

    private Task<IConsoleSession> AttachAsync(ContainerState container, ConsoleStreams streams) =>
        fixture.Engine.Consoles.AttachAsync(container.Id, streams, default);

    /// <summary>Waits until conmon has done what it was told.</summary>
    private async Task SizeAsync(ContainerState container, string size)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await fixture.RunCommandAsync(container.Id, "sh", "-c", "stty size < /dev/console") != "0 " + size)
            patience.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Waits until nothing more is written.</summary>
    private static async Task StandsStillAsync(string log)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        long before, now = -1;
        do
        {
            before = now;
            await timer.WaitForNextTickAsync(patience.Token);
            now = Directory.GetFiles(log).Sum(file => new FileInfo(file).Length);
        }
        while (now != before);
    }
}
