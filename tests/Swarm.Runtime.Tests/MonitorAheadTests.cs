using System.Globalization;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Processes;

namespace Swarm.Runtime.Tests;

/// <summary>The conmon that is loaded when a container is defined, before anybody asks to start it.</summary>
public sealed class MonitorAheadTests(EngineFixture fixture) : IClassFixture<EngineFixture>, IAsyncLifetime
{
    public Task InitializeAsync() => KeepAsync(TimeSpan.FromHours(1));

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task It_is_the_one_that_makes_the_container()
    {
        var definition = await DefineAsync();
        var loaded = await LoadedAsync(definition.Id);
        Host.Run("prlimit", "--pid", $"{loaded.Pid}", "--msgqueue=12345:12345"); // handed on to the one that stays

        await fixture.Engine.StartAsync(definition.Id, default);

        Assert.False(loaded.IsAlive);
        var monitor = Assert.Single(MonitorsOf(definition.Id));
        Assert.Equal(fixture.MonitorOf(definition.Id), monitor);
        Assert.Contains(" 12345 ", await ReadAsync(monitor, "limits"), StringComparison.Ordinal);
        Assert.Equal("0 ok", await fixture.RunCommandAsync(definition.Id, "echo", "ok"));
    }

    [Fact]
    public async Task One_that_is_not_needed_ends_and_the_container_starts_later()
    {
        await KeepAsync(Patience.Seconds(1));
        var definition = await DefineAsync();
        var loaded = await LoadedAsync(definition.Id);

        await ComesAsync(() => !Directory.Exists($"/proc/{loaded.Pid}"));

        Assert.Equal(ContainerPhase.Created, fixture.Engine.Find(definition.Id)!.Phase);
        await fixture.Engine.StartAsync(definition.Id, default);
        Assert.Equal("0 ok", await fixture.RunCommandAsync(definition.Id, "echo", "ok"));
    }

    [Fact]
    public async Task One_of_an_earlier_name_is_not_taken()
    {
        var definition = await DefineAsync();
        var loaded = await LoadedAsync(definition.Id);
        await fixture.Engine.Controls.RenameAsync(definition.Id, definition.Name + "-new", default);

        await fixture.Engine.StartAsync(definition.Id, default);

        Assert.False(loaded.IsAlive);
        var monitor = fixture.MonitorOf(definition.Id);
        Assert.Contains($"\0{definition.Name}-new\0", await ReadAsync(monitor, "cmdline"), StringComparison.Ordinal);
        Assert.Equal([monitor], MonitorsOf(definition.Id));
    }

    [Fact]
    public async Task One_that_was_killed_meanwhile_is_not_taken()
    {
        var definition = await DefineAsync();
        var loaded = await LoadedAsync(definition.Id);
        Host.Run("kill", "-9", string.Create(CultureInfo.InvariantCulture, $"{loaded.Pid}"));
        await ComesAsync(() => !loaded.IsAlive);

        await fixture.Engine.StartAsync(definition.Id, default);

        Assert.Equal("0 ok", await fixture.RunCommandAsync(definition.Id, "echo", "ok"));
    }

    [Fact]
    public async Task It_ends_with_a_container_that_is_removed_and_leaves_nothing()
    {
        var definition = await DefineAsync();
        var loaded = await LoadedAsync(definition.Id);

        await fixture.Engine.RemoveAsync(definition.Id, default);

        Assert.False(loaded.IsAlive);
        Assert.False(Directory.Exists($"/proc/{loaded.Pid}")); // it was waited for
        Assert.Empty(fixture.FilesOf(definition.Id));
    }

    [Fact]
    public async Task It_ends_with_the_engine()
    {
        var definition = await DefineAsync();
        var loaded = await LoadedAsync(definition.Id);

        await fixture.ReopenAsync(() => Assert.False(loaded.IsAlive));

        Assert.Equal(ContainerPhase.Created, fixture.Engine.Find(definition.Id)!.Phase);
        await fixture.Engine.StartAsync(definition.Id, default);
        Assert.Equal("0 ok", await fixture.RunCommandAsync(definition.Id, "echo", "ok"));
    }

    [Fact]
    public async Task A_start_that_is_refused_ends_it_and_the_next_one_succeeds()
    {
        var other = await DefineAsync();
        var joined = EngineFixture.Shell("exec sleep 1000") with
        {
            Shared = new SharedNamespaces(Pid: "container:" + other.Id),
        };
        var definition = await DefineAsync(joined);
        var loaded = await LoadedAsync(definition.Id);

        await Assert.ThrowsAsync<ContainerException>(() => fixture.Engine.StartAsync(definition.Id, default));

        Assert.False(loaded.IsAlive);
        Assert.Empty(MonitorsOf(definition.Id));
        await fixture.Engine.StartAsync(other.Id, default);
        await fixture.Engine.StartAsync(definition.Id, default);
        Assert.Equal("0 ok", await fixture.RunCommandAsync(definition.Id, "echo", "ok"));
    }

    [Fact]
    public void Less_than_no_time_is_refused()
    {
        var options = fixture.Options with { MonitorAheadFor = TimeSpan.FromMilliseconds(-1) };

        var refused = Assert.Throws<ArgumentException>(options.Validate);

        Assert.Contains("a conmon that is loaded ahead", refused.Message, StringComparison.Ordinal);
    }

    private static Task<string> ReadAsync(ProcessIdentity process, string file) =>
        File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/{file}"));

    private Task<ContainerDefinition> DefineAsync() => DefineAsync(EngineFixture.Shell("exec sleep 1000"));

    private async Task<ContainerDefinition> DefineAsync(ContainerSpec spec)
    {
        var definition = EngineFixture.Define(spec);
        await fixture.Engine.DefineAsync(definition, default);
        return definition;
    }

    private static async Task<ProcessIdentity> LoadedAsync(ContainerId id)
    {
        await ComesAsync(() => MonitorsOf(id).Count == 1);
        return Assert.Single(MonitorsOf(id));
    }

    private static async Task ComesAsync(Func<bool> hasCome)
    {
        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        while (!hasCome()) await Task.Delay(10, patience.Token);
    }

    private Task KeepAsync(TimeSpan kept) =>
        fixture.ReopenAsync(options: fixture.Options with { MonitorAheadFor = kept });

    private static IReadOnlyList<ProcessIdentity> MonitorsOf(ContainerId id) => RunningProcesses.Find(
        arguments => Path.GetFileName(arguments.FirstOrDefault("")) == "conmon" && arguments.Contains(id.Value));
}
