using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Tests;

public sealed class AdoptionTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public async Task What_a_crash_left_of_a_container_without_a_record_or_folder_is_removed_when_the_engine_opens()
    {
        var exit = $"{fixture.Folder}/run/state/exits/{new string('a', 64)}";

        await fixture.ReopenAsync(() => File.WriteAllText(exit, "0"));

        Assert.False(File.Exists(exit));
    }

    [Fact]
    public async Task A_running_container_is_found_again_and_its_end_is_told()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));

        await fixture.ReopenAsync();

        var found = fixture.Engine.Find(started.Id)!;
        Assert.Equal((ContainerPhase.Running, started.Pid, 1), (found.Phase, found.Pid, found.Run));
        Assert.Contains(started.Id, fixture.Networks.Alive);
        fixture.Engine.Signal(started.Id, 9);
        Assert.Equal(137, (await fixture.ExitOfAsync(started.Id)).ExitCode);
    }

    [Fact]
    public async Task A_container_whose_engine_was_killed_when_it_had_just_been_started_is_not_started_again()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));

        await fixture.ReopenAsync(() =>
            File.WriteAllText($"{fixture.Options.RunRoot}/state/crun/{started.Id.Value}/exec.fifo", ""));

        var found = fixture.Engine.Find(started.Id)!;
        Assert.Equal((ContainerPhase.Running, started.Pid, 1), (found.Phase, found.Pid, found.Run));
    }

    [Fact]
    public async Task One_that_was_not_started_before_its_host_was_started_again_has_no_addresses_any_more()
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(EngineFixture.Shell("sleep 600")), default);
        var path = Path.Join(fixture.Options.DataRoot, "containers", created.Id.Value, "container.json");

        await fixture.ReopenAsync(() =>
        {
            var record = JsonNode.Parse(File.ReadAllText(path))!;
            record["BootId"] = "another";
            record["Endpoints"] = JsonSerializer.SerializeToNode<NetworkEndpoint[]>(
                [new NetworkEndpoint("bridge", "172.30.0.2", 24, "172.30.0.1", "")]);
            record["Ports"] = JsonSerializer.SerializeToNode<PublishedPort[]>([new PublishedPort(80, 8080)]);
            File.WriteAllText(path, record.ToJsonString());
        });

        var found = fixture.Engine.Find(created.Id)!;
        Assert.Equal((ContainerPhase.Created, 0, 0), (found.Phase, found.Endpoints.Length, found.Ports.Length));
        Assert.Empty(JsonNode.Parse(File.ReadAllText(path))!["Endpoints"]!.AsArray());
        Assert.Equal(ContainerPhase.Running, (await fixture.Engine.StartAsync(created.Id, default)).Phase);
    }

    [Fact]
    public async Task A_container_that_does_not_outlive_its_host_is_found_again_and_kept_nowhere_but_in_memory()
    {
        var definition = EngineFixture.Define(EngineFixture.Shell("sleep 600")) with { IsPassing = true };
        await fixture.Engine.CreateAsync(definition, default);
        var started = await fixture.Engine.StartAsync(definition.Id, default);
        var record = Path.Join(fixture.Options.RunRoot, "state/records", started.Id.Value);

        await fixture.ReopenAsync(() => File.WriteAllText(record + ".new", "half"));

        Assert.Equal(started.Pid, fixture.Engine.Find(started.Id)!.Pid);
        Assert.False(File.Exists(record + ".new"));
        Assert.Equal("log", Path.GetFileName(Assert.Single(Directory.GetFileSystemEntries(
            Path.Join(fixture.Options.DataRoot, "containers", started.Id.Value)))));

        // As after a restart of the host: what was in memory is gone.
        await fixture.ReopenAsync(() => File.Delete(record));

        Assert.Null(fixture.Engine.Find(started.Id));
        Assert.Empty(fixture.FilesOf(started.Id));
    }

    [Fact]
    public async Task An_exit_while_no_engine_was_there_is_kept()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("cat /go; exit 5") with
        {
            Command = ["sh", "-c", "while [ ! -e /dev/shm/go ]; do sleep 0.01; done; exit 5"]
        });
        var exitFile = Path.Join(fixture.Options.RunRoot, "state/exits", started.Id.Value);

        await fixture.ReopenAsync(() =>
        {
            using var exits = new FileSystemWatcher(Path.GetDirectoryName(exitFile)!, Path.GetFileName(exitFile));
            using var written = new ManualResetEventSlim();
            exits.Created += (_, _) => written.Set();
            exits.Renamed += (_, _) => written.Set();
            exits.EnableRaisingEvents = true;
            File.WriteAllText($"/proc/{started.Pid}/root/dev/shm/go", "");
            Assert.True(written.Wait(Patience.Seconds(20)), $"{exitFile} was not written");
        });

        var exit = await fixture.ExitOfAsync(started.Id);
        Assert.Equal((5, 1), (exit.ExitCode, exit.Run));
        await fixture.ReopenAsync();
        Assert.Equal(5, fixture.Engine.Find(started.Id)!.Exit!.ExitCode);
        Assert.False(fixture.Engine.Exits.TryRead(out _));
    }

    [Fact]
    public async Task A_container_that_lost_its_conmon_goes_on_and_its_end_is_seen_without_a_code()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        Host.Run("kill", "-KILL", $"{fixture.MonitorOf(started.Id).Pid}");

        Assert.Equal(ContainerPhase.Running, fixture.Engine.Find(started.Id)!.Phase);
        fixture.Engine.Signal(started.Id, 9);

        Assert.Equal(-1, (await fixture.ExitOfAsync(started.Id)).ExitCode);
    }

    [Fact]
    public async Task An_end_that_cannot_be_put_down_is_told_all_the_same_and_put_down_once_it_can_be()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("exit 3"));
        var record = Path.Join(fixture.Options.DataRoot, "containers", started.Id.Value, "container.json");
        var ended = await fixture.ExitOfAsync(started.Id);
        Assert.Equal(3, ended.ExitCode);
        Directory.CreateDirectory(record + ".new");
        var again = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.StartAsync(started.Id, default));
        Assert.Equal(ContainerFault.Host, again.Fault);
        Directory.Delete(record + ".new");
        var running = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        record = Path.Join(fixture.Options.DataRoot, "containers", running.Id.Value, "container.json");
        Directory.CreateDirectory(record + ".new");

        fixture.Engine.Signal(running.Id, 9);

        Assert.Equal(137, (await fixture.ExitOfAsync(running.Id)).ExitCode);
        Assert.Contains("\"Running\"", await File.ReadAllTextAsync(record), StringComparison.Ordinal);
        Directory.Delete(record + ".new");
        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        while (!File.ReadAllText(record).Contains("\"Ended\"", StringComparison.Ordinal))
            await Task.Delay(20, patience.Token);
    }

    [Fact]
    public async Task A_container_whose_record_is_broken_is_ended_and_its_files_are_left()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var first = Linux.Processes.ProcessIdentity.Of(started.Pid)!.Value;
        var record = Path.Join(fixture.Options.DataRoot, "containers", started.Id.Value, "container.json");

        await fixture.ReopenAsync(() => File.WriteAllText(record, "{"));

        Assert.False(first.IsAlive);
        Assert.Null(fixture.Engine.Find(started.Id));
        Assert.Equal("{", File.ReadAllText(record));
        File.Delete(record);
        await fixture.ReopenAsync();
        Assert.False(Directory.Exists(Path.GetDirectoryName(record)));
    }

    [Fact]
    public async Task What_belongs_to_no_record_is_removed_when_an_engine_opens()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var first = Linux.Processes.ProcessIdentity.Of(started.Pid)!.Value;

        await fixture.ReopenAsync(
            () => File.Delete(Path.Join(fixture.Options.DataRoot, "containers", started.Id.Value, "container.json")));

        Assert.False(first.IsAlive);
        Assert.Empty(fixture.FilesOf(started.Id));
    }

    [Fact]
    public async Task A_conmon_of_no_record_that_stands_still_writes_nothing_after_the_engine_has_opened()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var conmon = fixture.MonitorOf(started.Id);
        Host.Run("kill", "-STOP", $"{conmon.Pid}");

        await fixture.ReopenAsync(
            () => File.Delete(Path.Join(fixture.Options.DataRoot, "containers", started.Id.Value, "container.json")));

        Assert.False(conmon.IsAlive);
        Assert.Empty(fixture.FilesOf(started.Id));
    }

    [Fact]
    public async Task An_exit_code_that_is_being_written_when_the_engine_opens_is_left_to_its_conmon()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var aside = Path.Join(fixture.Options.RunRoot, "state/exits", started.Id.Value + ".Q1W2E3");

        await fixture.ReopenAsync(() => File.WriteAllText(aside, "0"));

        Assert.True(File.Exists(aside));
        await fixture.Engine.RemoveAsync(started.Id, default);
        Assert.Empty(fixture.FilesOf(started.Id));
    }

    [Fact]
    public async Task Two_engines_do_not_disturb_each_other_and_one_root_has_one_engine()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
        var other = new EngineFixture();
        await other.InitializeAsync();
        try
        {
            await other.StartAsync(EngineFixture.Shell("sleep 600"));
            Assert.Single(other.Engine.List());
        }
        finally
        {
            await other.DisposeAsync();
        }

        Assert.Equal(ContainerPhase.Running, fixture.Engine.Find(started.Id)!.Phase);
        var refused = await Assert.ThrowsAsync<ContainerException>(() => fixture.OpenAsync(fixture.Options));
        Assert.Equal(ContainerFault.Conflict, refused.Fault);
    }

    [Fact]
    public void A_container_of_an_earlier_boot_has_ended()
    {
        var record = new Records.ContainerRecord
        {
            Definition = EngineFixture.Define(EngineFixture.Shell("true")),
            ImageId = BusyboxImages.Id,
            CreatedAt = default,
            Phase = ContainerPhase.Running,
            BootId = "before",
        };

        Assert.Equal(Adoption.AdoptionVerdict.End, Adoption.Adoptions.Judge(record, "now", false, true, true, false));
        Assert.Equal(
            Adoption.AdoptionVerdict.FollowUnstarted,
            Adoption.Adoptions.Judge(
                record with { BootId = "now" }, "now", false, isAlive: true, isMonitorAlive: true, isWaiting: true));
    }
}
