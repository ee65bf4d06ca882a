using Swarm.Core;
using Xunit.Abstractions;

namespace Swarm.Runtime.Tests;

public sealed class RotationTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_log_of_a_running_container_is_rotated_and_read_through_without_loss_also_when_it_is_removed()
    {
        await using var scope = new Scope();
        var fixture = scope.Fixture;
        await fixture.InitializeAsync();
        await fixture.ReopenAsync(options: fixture.Options with
        {
            LogMaxBytes = new Bytes(4096),
            LogFiles = 1000,
            LogCheckInterval = TimeSpan.FromMilliseconds(20),
        });
        var engine = fixture.Engine;
        var created = await engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("for i in $(seq 1 40); do seq 1 100; sleep 0.02; done")), default);
        await engine.StartAsync(created.Id, default);
        await engine.Exits.ReadAsync(new CancellationTokenSource(Patience.Seconds(30)).Token);

        var lines = new List<string>();
        LogPage? page = null;
        using var log = engine.OpenLog(created.Id);
        do
        {
            page = await log.ReadAsync(page?.Position, null, 10_000, default);
            lines.AddRange(page.Entries.Select(entry => entry.Text));
        }
        while (page.More);

        Assert.Equal(Enumerable.Repeat(Enumerable.Range(1, 100), 40).SelectMany(i => i).Select(i => $"{i}"), lines);
        Assert.True(
            Directory.GetFiles(Path.Join(fixture.Options.DataRoot, "containers", created.Id.Value, "log")).Length > 2);

        using var other = engine.OpenLog(created.Id);
        await engine.RemoveAsync(created.Id, default);
        var rest = await other.ReadAsync(null, 150, 10_000, default);
        Assert.Equal(lines.TakeLast(150), rest.Entries.Select(entry => entry.Text));
        Assert.Throws<ContainerException>(() => engine.OpenLog(created.Id));
    }

    [Fact]
    public async Task A_flood_takes_no_more_of_the_disk_than_its_files_may_and_its_end_is_kept()
    {
        await using var scope = new Scope();
        var fixture = scope.Fixture;
        await fixture.InitializeAsync();
        var size = Bytes.FromMebibytes(8);
        await fixture.ReopenAsync(options: fixture.Options with { LogMaxBytes = size, LogFiles = 2 });
        var started = await fixture.StartAsync(EngineFixture.Shell("yes flood | head -n 10000000; echo done"));
        var exiting = fixture.ExitOfAsync(started.Id);

        var (folder, most) = (Path.Join(fixture.Options.DataRoot, "containers", started.Id.Value, "log"), 0L);
        while (!exiting.IsCompleted)
        {
            most = Math.Max(most, OnDisk(folder));
            await Task.WhenAny(exiting, Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System));
        }

        await exiting;
        using var log = fixture.Engine.OpenLog(started.Id);
        var last = await log.ReadAsync(null, 1, 4096, default);
        Assert.Equal("done", Assert.Single(last.Entries).Text);
        Assert.InRange(most, size.Value, 4 * size.Value);
        output.WriteLine($"MEASURED flood of {10_000_000 * 46L >> 20} MiB: {most >> 20} MiB at most");
    }

    /// <summary>Bytes of the files, each counted once.</summary>
    private static long OnDisk(string folder)
    {
        using var opened = Linux.Files.Folder.Open(folder);
        return opened.Names().Select(name => opened.Status(name)).OfType<Linux.Files.FileStatus>()
            .DistinctBy(status => status.Inode).Sum(status => status.Size);
    }

    private sealed class Scope : IAsyncDisposable
    {
        public EngineFixture Fixture { get; } = new();

        public async ValueTask DisposeAsync() => await Fixture.DisposeAsync();
    }
}
