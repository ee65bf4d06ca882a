using Swarm.Core;

namespace Swarm.Runtime.Tests;

public sealed class RotationTests
{
    [Fact]
    public async Task The_log_of_a_running_container_is_rotated_and_read_through_without_loss()
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
        await engine.Exits.ReadAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);

        var lines = new List<string>();
        LogPage? page = null;
        do
        {
            page = await engine.ReadLogAsync(created.Id, page?.Position, null, 10_000, default);
            lines.AddRange(page.Entries.Select(entry => entry.Text));
        }
        while (page.More);

        Assert.Equal(Enumerable.Repeat(Enumerable.Range(1, 100), 40).SelectMany(i => i).Select(i => $"{i}"), lines);
        Assert.True(
            Directory.GetFiles(Path.Join(fixture.Options.DataRoot, "containers", created.Id.Value, "log")).Length > 2);
    }

    [Fact]
    public async Task A_log_that_grows_fast_is_looked_at_more_often()
    {
        await using var scope = new Scope();
        var fixture = scope.Fixture;
        await fixture.InitializeAsync();
        var interval = TimeSpan.FromSeconds(1);
        await fixture.ReopenAsync(options: fixture.Options with
        {
            LogMaxBytes = new Bytes(4096),
            LogFiles = 1000,
            LogCheckInterval = interval,
        });

        var (exit, _) = await fixture.RunAsync(
            EngineFixture.Shell("for i in $(seq 1 100); do seq 1 2000; sleep 0.02; done"));

        var files = Directory.GetFiles(Path.Join(fixture.Options.DataRoot, "containers", exit.Id.Value, "log")).Length;
        var started = fixture.Engine.Find(exit.Id)!.StartedAt!.Value;
        Assert.True(files > 3 + ((exit.At - started) / interval * 2), $"{files} files in {exit.At - started}");
    }

    private sealed class Scope : IAsyncDisposable
    {
        public EngineFixture Fixture { get; } = new();

        public async ValueTask DisposeAsync() => await Fixture.DisposeAsync();
    }
}
