using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Mounts;
using Swarm.Runtime.Volumes;

namespace Swarm.Runtime.Tests.Volumes;

/// <summary>Volumes by themselves, and who has them.</summary>
public sealed class VolumeTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private IVolumes Volumes => fixture.Engine.Volumes;

    private static ContainerSpec Sleep => EngineFixture.Shell("sleep 600");

    [Fact]
    public async Task One_that_is_made_again_is_the_same_and_with_other_options_it_is_refused()
    {
        var labels = ImmutableSortedDictionary<string, string>.Empty.Add("a", "b");
        var made = await Volumes.CreateAsync(new VolumeDefinition("same") { Labels = labels }, default);

        var again = await Volumes.CreateAsync(new VolumeDefinition("same"), default);

        Assert.Equal((made.CreatedAt, "b"), (again.CreatedAt, again.Definition.Labels["a"]));
        Assert.True(Directory.Exists(made.Mountpoint));
        var refused = await RefusedAsync(() => Volumes.CreateAsync(Tmpfs("same"), default));
        Assert.Equal(ContainerFault.Conflict, refused.Fault);
    }

    [Theory]
    [InlineData("x", "create x: volume name is too short, names should be at least two alphanumeric characters")]
    [InlineData("../up", "\"../up\" includes invalid characters for a local volume name")]
    [InlineData("good\n", "includes invalid characters for a local volume name")]
    public async Task A_name_that_could_be_a_path_is_refused(string name, string why) => Assert.Contains(
        why, (await RefusedAsync(() => Volumes.CreateAsync(new VolumeDefinition(name), default))).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task A_container_whose_volume_cannot_have_its_name_is_not_made()
    {
        var refused = await RefusedAsync(() => fixture.Engine.DefineAsync(
            EngineFixture.Define(Sleep with { Mounts = [new MountSpec(MountKind.Volume, "x", "/a")] }), default));

        Assert.Equal(
            (ContainerFault.Invalid,
                "create x: volume name is too short, names should be at least two alphanumeric characters"),
            (refused.Fault, refused.Message));
    }

    [Theory]
    [InlineData("colour", "invalid option: \"colour\"")]
    [InlineData("type", "missing required option: \"device\"")]
    [InlineData("o", "missing required option: \"device\"")]
    [InlineData("size", "quota size requested but no quota support")]
    public async Task An_option_that_the_driver_does_not_have_is_refused(string option, string why)
    {
        var definition = new VolumeDefinition("optional")
        {
            Options = ImmutableSortedDictionary<string, string>.Empty.Add(option, "1"),
        };

        Assert.Equal(
            $"create optional: {why}", (await RefusedAsync(() => Volumes.CreateAsync(definition, default))).Message);
        Assert.Null(Volumes.Find("optional"));
    }

    [Fact]
    public async Task One_that_a_container_has_is_not_removed_and_its_users_are_named()
    {
        var created = await fixture.Engine.DefineAsync(
            EngineFixture.Define(Sleep with { Mounts = [new MountSpec(MountKind.Volume, "used", "/v")] }), default);

        var refused = await RefusedAsync(() => Volumes.RemoveAsync("used", default));

        Assert.Equal(
            (ContainerFault.Conflict, $"remove used: volume is in use - [{created.Id.Value}]"),
            (refused.Fault, refused.Message));
        await fixture.Engine.RemoveAsync(created.Id, default);
        var content = Volumes.Find("used")!.Mountpoint;
        await Volumes.RemoveAsync("used", default);
        Assert.False(Directory.Exists(Path.GetDirectoryName(content)));
        Assert.Equal(ContainerFault.NotFound, (await RefusedAsync(() => Volumes.RemoveAsync("used", default))).Fault);
    }

    [Fact]
    public async Task Two_containers_that_make_the_same_one_at_once_get_one_that_is_filled_once()
    {
        var spec = EngineFixture.Shell("cat /data/seed; echo $HOSTNAME >> /data/seed") with
        {
            Mounts = [new MountSpec(MountKind.Volume, "both", "/data")],
        };

        var ended = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => fixture.Engine.CreateAsync(
            EngineFixture.Define(spec), default)));

        Assert.Equal("both", Assert.Single(ended.Select(state => state.Mounts[0].Spec.Source).Distinct()));
        foreach (var state in ended)
        {
            await fixture.Engine.StartAsync(state.Id, default);
            await fixture.ExitOfAsync(state.Id);
            Assert.StartsWith("from the image", await fixture.LogAsync(state.Id), StringComparison.Ordinal);
        }

        Assert.Equal(6, Volumes.Find("both")!.Users.Length);
        Assert.Equal(7, File.ReadAllLines(Path.Join(Volumes.Find("both")!.Mountpoint, "seed")).Length);
        foreach (var state in ended) await fixture.Engine.RemoveAsync(state.Id, default);
    }

    [Fact]
    public async Task What_its_options_say_is_mounted_while_it_is_used_and_by_an_engine_that_comes_after()
    {
        await Volumes.CreateAsync(Tmpfs("memory"), default);
        var spec = Sleep with { Mounts = [new MountSpec(MountKind.Volume, "memory", "/m") { NoCopy = true }] };
        var point = Volumes.Find("memory")!.Mountpoint;
        var first = await fixture.StartAsync(spec);
        var second = await fixture.StartAsync(spec);
        await fixture.RunCommandAsync(first.Id, "touch", "/m/seen");
        Assert.Equal("0 seen", await fixture.RunCommandAsync(second.Id, "ls", "/m"));
        Assert.Contains("size=1024k", Line(point), StringComparison.Ordinal);

        await fixture.Engine.RemoveAsync(first.Id, default);
        await fixture.ReopenAsync();
        Assert.True(MountTable.Read().IsMountPoint(point));
        await fixture.Engine.RemoveAsync(second.Id, default);

        Assert.False(MountTable.Read().IsMountPoint(point));
    }

    [Fact]
    public async Task A_folder_of_the_host_is_a_volume_by_options_and_is_not_removed_with_it()
    {
        var folder = Directory.CreateDirectory(Path.Join(fixture.Folder, "outside")).FullName;
        File.WriteAllText(Path.Join(folder, "file"), "kept\n");
        await Volumes.CreateAsync(Mounted("folder", "none", folder, "bind"), default);
        var (exit, output) = await fixture.RunAsync(
            EngineFixture.Shell("cat /m/file") with { Mounts = [new MountSpec(MountKind.Volume, "folder", "/m")] });
        await fixture.Engine.RemoveAsync(exit.Id, default);

        await Volumes.RemoveAsync("folder", default);

        Assert.Equal("kept", output);
        Assert.True(File.Exists(Path.Join(folder, "file")));
    }

    [Fact]
    public async Task What_cannot_be_mounted_is_told_in_the_words_of_mount()
    {
        await Volumes.CreateAsync(Mounted("broken", "none", "/no/such/folder", "bind"), default);
        var spec = Sleep with { Mounts = [new MountSpec(MountKind.Volume, "broken", "/m")] };

        var refused = await RefusedAsync(() => fixture.Engine.CreateAsync(EngineFixture.Define(spec), default));

        Assert.Contains(
            "failed to mount local volume: mount /no/such/folder:", refused.Message, StringComparison.Ordinal);
        Assert.Contains("does not exist", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Volumes.Find("broken")!.Users);
    }

    [Fact]
    public async Task One_that_the_disk_does_not_take_leaves_nothing_and_one_that_it_does_not_give_up_is_there_still()
    {
        var folder = Path.Join(fixture.Options.DataRoot, "volumes");
        File.WriteAllText(Path.Join(folder, "odd"), "");
        Assert.Equal(
            ContainerFault.Host,
            (await RefusedAsync(() => Volumes.CreateAsync(new VolumeDefinition("odd"), default))).Fault);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(folder, ".new")));
        File.Delete(Path.Join(folder, "odd"));
        await Volumes.CreateAsync(new VolumeDefinition("odd"), default);

        Directory.Delete(Path.Join(folder, ".gone"));
        Assert.Equal(ContainerFault.Host, (await RefusedAsync(() => Volumes.RemoveAsync("odd", default))).Fault);
        Assert.NotNull(Volumes.Find("odd"));

        Directory.CreateDirectory(Path.Join(folder, ".gone"));
        await Volumes.RemoveAsync("odd", default);
        Assert.False(Directory.Exists(Path.Join(folder, "odd")));
    }

    [Fact]
    public async Task One_whose_record_the_disk_does_not_give_is_there_nevertheless()
    {
        var made = await Volumes.CreateAsync(new VolumeDefinition("unread"), default);
        var record = Path.Join(Path.GetDirectoryName(made.Mountpoint), "volume.json");

        await fixture.ReopenAsync(() =>
        {
            File.Delete(record);
            File.CreateSymbolicLink(record, "/proc/self/mem"); // there, and an error of the disk when it is read
        });

        Assert.NotNull(Volumes.Find("unread"));
        await Volumes.RemoveAsync("unread", default);
    }

    [Fact]
    public async Task Pruning_takes_what_fits_and_nobody_has_and_tells_how_much_that_was()
    {
        var spec = EngineFixture.Shell("dd if=/dev/zero of=/v/big bs=1024 count=100") with
        {
            Mounts = [new MountSpec(MountKind.Volume, "", "/v")],
        };
        var kept = await fixture.Engine.CreateAsync(
            EngineFixture.Define(spec) with { KeepsVolumes = true }, default);
        await fixture.Engine.StartAsync(kept.Id, default);
        await fixture.ExitOfAsync(kept.Id);
        var name = kept.Mounts[0].Spec.Source;
        Assert.Empty((await Volumes.PruneAsync(volume => volume.Name == name, default)).Removed);
        await fixture.Engine.RemoveAsync(kept.Id, default);
        Assert.Equal(new Bytes(102400), await Volumes.MeasureAsync(name, default));

        var pruned = await Volumes.PruneAsync(volume => volume.IsAnonymous, default);

        Assert.Contains(name, pruned.Removed);
        Assert.True(pruned.Freed >= new Bytes(102400));
        Assert.Null(Volumes.Find(name));
    }

    private static VolumeDefinition Tmpfs(string name) => Mounted(name, "tmpfs", "tmpfs", "size=1m,mode=1777");

    private static VolumeDefinition Mounted(string name, string type, string device, string options) => new(name)
    {
        Options = ImmutableSortedDictionary<string, string>.Empty
            .Add("type", type).Add("device", device).Add("o", options),
    };

    private static string Line(string point) =>
        File.ReadLines("/proc/self/mountinfo").Single(line => line.Contains($" {point} ", StringComparison.Ordinal));

    private static Task<ContainerException> RefusedAsync(Func<Task> deed) =>
        Assert.ThrowsAsync<ContainerException>(deed);
}
