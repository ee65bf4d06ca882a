using System.Globalization;
using Swarm.Linux.Processes;

namespace Swarm.Runtime.Tests.Leases;

/// <summary>Containers that run by a lease end with it, on the real kernel.</summary>
public sealed class LeaseTests : IAsyncLifetime
{
    private const string Name = "once";

    /// <summary>Leases are written in hundredths of a second, rounded down.</summary>
    private static readonly TimeSpan Resolution = TimeSpan.FromMilliseconds(10);

    private readonly EngineFixture _fixture = new();

    private TimeSpan Now => _fixture.Time.GetElapsedTime(0, _fixture.Time.GetTimestamp());

    private string Folder => _fixture.Options.RunRoot + "/state/leases";

    public Task InitializeAsync() => _fixture.InitializeAsync();

    public async Task DisposeAsync()
    {
        await _fixture.DisposeAsync();
        Until(() => Watchdogs().Count == 0, "a process is left that nobody needs");
    }

    [Fact]
    public async Task Nothing_starts_without_a_lease_or_by_one_that_has_run_out()
    {
        var created = await CreateAsync("sleep 600");

        await Refused(() => _fixture.Engine.StartAsync(created.Id, default));
        Assert.True(_fixture.Engine.ExtendLease(Name, Now));
        await Refused(() => _fixture.Engine.StartAsync(created.Id, default));

        Assert.Equal(ContainerPhase.Created, _fixture.Engine.Find(created.Id)!.Phase);
    }

    [Fact]
    public async Task Whatever_is_in_the_container_is_killed_when_its_lease_runs_out_and_no_engine_is_there()
    {
        var started = await StartAsync(
            "trap '' TERM; (while :; do sleep 0.01 & wait; done) & (sleep 600) & echo ready; wait", Seconds(600));
        await _fixture.ReadyAsync(started.Id);
        var first = ProcessIdentity.Of(started.Pid)!.Value;
        var until = Now + Seconds(2);
        Assert.True(_fixture.Engine.ExtendLease(Name, until));

        await _fixture.ReopenAsync(() =>
        {
            Assert.True(first.IsAlive && Now < until, $"ended {until - Now} before its lease");
            Until(() => !first.IsAlive && ProcessesOf(started.Id).Length == 0, "the container goes on");
            Assert.True(Now > until - Resolution, $"killed {until - Now} before its lease was over");
            Assert.True(Now < until + Seconds(1.5), $"killed {Now - until} after its lease was over");
        });

        Assert.Equal(137, (await _fixture.ExitOfAsync(started.Id)).ExitCode);
    }

    [Fact]
    public async Task Containers_of_other_leases_and_of_none_are_not_touched()
    {
        var other = await StartAsync("sleep 600", Seconds(600), "other");
        var none = await _fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var over = await StartAsync("sleep 600", Seconds(600));

        Assert.True(_fixture.Engine.ExtendLease(Name, Now + Seconds(1)));
        Assert.Equal(137, (await _fixture.ExitOfAsync(over.Id)).ExitCode);

        Assert.True(ProcessIdentity.Of(other.Pid)!.Value.IsAlive && ProcessIdentity.Of(none.Pid)!.Value.IsAlive);
        Assert.Single(Watchdogs());
    }

    [Fact]
    public async Task A_new_engine_takes_over_the_lease_the_container_and_the_process_that_counts()
    {
        var started = await StartAsync("sleep 600", Seconds(300));
        var until = _fixture.Engine.FindLease(Name)!.Value;
        var watchdog = Assert.Single(Watchdogs());

        await _fixture.ReopenAsync();

        Assert.Equal((ContainerPhase.Running, started.Pid), Seen(started));
        Assert.InRange(until - _fixture.Engine.FindLease(Name)!.Value, TimeSpan.Zero, Resolution);
        Assert.Equal(watchdog, Assert.Single(Watchdogs()));
        Assert.True(_fixture.Engine.ExtendLease(Name, Now + Seconds(1)));
        Assert.Equal(137, (await _fixture.ExitOfAsync(started.Id)).ExitCode);
    }

    [Fact]
    public async Task The_process_that_counts_is_there_while_there_is_something_to_guard()
    {
        Assert.Empty(Watchdogs());
        var one = await StartAsync("sleep 600", Seconds(600));
        var two = await StartAsync("sleep 600", Seconds(600), "other");
        var watchdog = Assert.Single(Watchdogs());

        _fixture.Engine.Signal(one.Id, 9);
        await _fixture.ExitOfAsync(one.Id);
        Assert.Equal(watchdog, Assert.Single(Watchdogs()));
        await _fixture.Engine.RemoveAsync(two.Id, default);

        Until(() => Watchdogs().Count == 0, "it goes on");
        await StartAsync("sleep 600", Seconds(600));
        Assert.NotEqual(watchdog, Assert.Single(Watchdogs()));
    }

    [Fact]
    public async Task Killed_the_process_that_counts_is_started_again_and_until_then_no_lease_is_renewed()
    {
        var started = await StartAsync("sleep 600", Seconds(600));
        var watchdog = Assert.Single(Watchdogs());
        using (var handle = ProcessHandle.Open(watchdog)) handle!.Signal(9);
        Until(() => !watchdog.IsAlive, "it was not killed");
        var renewed = _fixture.Engine.ExtendLease(Name, Now + Seconds(2));

        Until(() => Watchdogs() is [var next] && next != watchdog, "there is none");
        Until(() => _fixture.Engine.ExtendLease(Name, Now + Seconds(2)), "leases are not renewed");

        Assert.True(!renewed || Watchdogs()[0].StartTime > watchdog.StartTime);
        Assert.Equal(137, (await _fixture.ExitOfAsync(started.Id)).ExitCode);
    }

    [Fact]
    public async Task Without_an_engine_it_ends_when_nothing_is_left_to_guard()
    {
        var started = await StartAsync("sleep 600", Seconds(600));
        var watchdog = Assert.Single(Watchdogs());
        Assert.True(_fixture.Engine.ExtendLease(Name, Now + Seconds(1)));

        // As its owner is this very process, which lives: another one that has ended is put in its place.
        await _fixture.ReopenAsync(() =>
        {
            File.WriteAllText(Folder + "/owner", "1 1\n");
            Until(() => !watchdog.IsAlive, "it goes on");
        });

        Assert.Equal(ContainerPhase.Ended, Seen(started).Phase);
        Assert.Empty(ProcessesOf(started.Id));
    }

    [Fact]
    public async Task It_takes_little_memory_and_time()
    {
        for (var number = 0; number < 10; number++) await StartAsync("sleep 600", Seconds(600), $"lease{number}");
        var watchdog = Assert.Single(Watchdogs()).Pid;
        var before = ProcessorTicks(watchdog);
        var begun = Now;

        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System);

        // Of one processor, in hundredths of a second; and of the host's memory without what all share.
        Assert.InRange((ProcessorTicks(watchdog) - before) / (Now - begun).TotalSeconds, 0, 3 * Patience.Factor);
        Assert.InRange(PrivateKibibytes(watchdog), 1, 4096);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds * Math.Sqrt(Patience.Factor));

    private async Task<ContainerState> CreateAsync(string script, string lease = Name) =>
        await _fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell(script)) with { Lease = lease }, default);

    private async Task<ContainerState> StartAsync(string script, TimeSpan length, string lease = Name)
    {
        var created = await CreateAsync(script, lease);
        Until(() => _fixture.Engine.ExtendLease(lease, Now + length), "the lease is not taken");
        return await _fixture.Engine.StartAsync(created.Id, default);
    }

    private (ContainerPhase Phase, int Pid) Seen(ContainerState container)
    {
        var now = _fixture.Engine.Find(container.Id)!;
        return (now.Phase, now.Pid);
    }

    /// <summary>Those of this test alone: others run at the same time.</summary>
    private IReadOnlyList<ProcessIdentity> Watchdogs() =>
        RunningProcesses.Find(arguments => arguments.Contains(Folder) && arguments[0] == ContainerEngine.ShellPath);

    private string[] ProcessesOf(Swarm.Core.ContainerId id)
    {
        var folder = Linux.Cgroups.CgroupFiles.OfHost().FolderOf($"{_fixture.Options.CgroupParent}/{id}");
        try
        {
            return File.ReadAllLines(folder + "/cgroup.procs");
        }
        catch (IOException)
        {
            return []; // crun has removed it
        }
    }

    private static async Task Refused(Func<Task> start)
    {
        var refused = await Assert.ThrowsAsync<ContainerException>(start);
        Assert.Equal(
            (ContainerFault.Host, $"the lease {Name} has run out: nothing is started by it"),
            (refused.Fault, refused.Message));
    }

    private static void Until(Func<bool> isSo, string otherwise)
    {
        if (!SpinWait.SpinUntil(isSo, Patience.Seconds(30))) Assert.Fail(otherwise);
    }

    private static long ProcessorTicks(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        return fields[11..13].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture));
    }

    private static long PrivateKibibytes(int pid) => File.ReadLines($"/proc/{pid}/smaps_rollup")
        .Where(line => line.StartsWith("Private_", StringComparison.Ordinal))
        .Sum(line => long.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture));
}
