using System.Globalization;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Events;
using Swarm.Runtime.Volumes;

namespace Swarm.Runtime.Tests.Volumes;

/// <summary>What containers have of volumes, of the host and of each other.</summary>
public sealed class ContainerVolumeTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private IVolumes Volumes => fixture.Engine.Volumes;

    private static ContainerSpec Sleep => EngineFixture.Shell("sleep 600");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_volume_without_a_name_goes_with_its_container_unless_it_is_to_stay(bool isToStay)
    {
        var created = await fixture.Engine.CreateAsync(
            EngineFixture.Define(Sleep with { Mounts = [new MountSpec(MountKind.Volume, "", "/data")] }) with
            {
                KeepsVolumes = isToStay,
            },
            default);
        var name = created.Mounts[0].Spec.Source;
        Assert.Matches("^[0-9a-f]{64}$", name);
        Assert.True(Volumes.Find(name)!.IsAnonymous);

        await fixture.Engine.RemoveAsync(created.Id, default);
        await fixture.ReopenAsync();

        Assert.Equal(isToStay, Volumes.Find(name) is not null);
    }

    [Fact]
    public async Task One_that_was_to_stay_can_be_let_go()
    {
        var created = await fixture.Engine.DefineAsync(
            EngineFixture.Define(Sleep with { Mounts = [new MountSpec(MountKind.Volume, "", "/data")] }) with
            {
                KeepsVolumes = true,
            },
            default);

        await Volumes.LetGoAsync(created.Id, default);
        await fixture.Engine.RemoveAsync(created.Id, default);

        Assert.Null(Volumes.Find(created.Mounts[0].Spec.Source));
    }

    [Fact]
    public async Task A_container_has_the_same_volume_at_each_start_also_under_another_engine()
    {
        var created = await fixture.StartAsync(
            EngineFixture.Shell("echo x >> /v/runs; wc -l < /v/runs") with
            {
                Mounts = [new MountSpec(MountKind.Volume, "", "/v")],
            });
        await fixture.ExitOfAsync(created.Id);
        await fixture.ReopenAsync();

        await fixture.Engine.StartAsync(created.Id, default);
        await fixture.ExitOfAsync(created.Id);

        Assert.Equal("1\n2", (await fixture.LogAsync(created.Id)).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_the_image_has_comes_with_owner_mode_links_and_attributes_and_not_where_something_is()
    {
        var root = Path.Join(fixture.Folder, "images/lower/whole");
        Directory.CreateDirectory(root);
        File.WriteAllText(Path.Join(root, "file"), "text\n");
        File.CreateSymbolicLink(Path.Join(root, "link"), "file");
        Host.Run("ln", Path.Join(root, "file"), Path.Join(root, "hard"));
        Host.Run("mkfifo", Path.Join(root, "fifo"));
        Host.Run("chown", "1234:1300", root, Path.Join(root, "file"));
        Host.Run("chmod", "2750", root);
        Host.Run("setfattr", "-n", "user.note", "-v", "kept", Path.Join(root, "file"));
        var spec = Sleep with { Mounts = [new MountSpec(MountKind.Volume, "whole", "/whole")] };
        var created = await fixture.Engine.DefineAsync(EngineFixture.Define(spec), default);

        var content = Volumes.Find("whole")!.Mountpoint;
        Assert.Equal("1234 1300 2750", Stat(content, "%u %g %a"));
        Assert.Equal("1234 2", Stat(Path.Join(content, "hard"), "%u %h"));
        Assert.Equal("file", new FileInfo(Path.Join(content, "link")).LinkTarget);
        Assert.Equal("fifo", Stat(Path.Join(content, "fifo"), "%F"));
        Assert.Contains(
            "user.note=\"kept\"", Host.Run("getfattr", "--absolute-names", "-d", Path.Join(content, "file")),
            StringComparison.Ordinal);
        await fixture.Engine.RemoveAsync(created.Id, default);
        File.Delete(Path.Join(content, "file"));
        await fixture.Engine.DefineAsync(EngineFixture.Define(spec), default);
        Assert.False(File.Exists(Path.Join(content, "file")));
    }

    [Fact]
    public async Task Filling_that_was_broken_off_is_done_again_by_the_next_container()
    {
        var made = await Volumes.CreateAsync(new VolumeDefinition("half"), default);
        // As a swarmd that was killed leaves it.
        File.WriteAllBytes(Path.Join(Path.GetDirectoryName(made.Mountpoint), "filling"), []);
        File.WriteAllText(Path.Join(made.Mountpoint, "seed"), "from");
        await fixture.ReopenAsync();

        var (_, output) = await fixture.RunAsync(EngineFixture.Shell("cat /data/seed") with
        {
            Mounts = [new MountSpec(MountKind.Volume, "half", "/data")],
        });

        Assert.Equal("from the image", output);
        Assert.Equal(["_data", "volume.json"], Directory.GetFileSystemEntries(Path.GetDirectoryName(made.Mountpoint)!)
            .Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_killed_engine_left_of_a_container_that_never_was_is_gone_and_the_rest_stays()
    {
        var named = await Volumes.CreateAsync(new VolumeDefinition("named"), default);
        var started = await fixture.StartAsync(Sleep with { Mounts = [new MountSpec(MountKind.Volume, "", "/v")] });
        var own = started.Mounts[0].Spec.Source;
        var folder = Path.Join(fixture.Options.DataRoot, "volumes");

        await fixture.ReopenAsync(() =>
        {
            var orphan = Path.Join(folder, "orphan");
            Host.Run("cp", "-a", Path.Join(folder, own), orphan);
            File.WriteAllText(Path.Join(orphan, "volume.json"), File.ReadAllText(Path.Join(orphan, "volume.json"))
                .Replace(own, "orphan", StringComparison.Ordinal)
                .Replace(started.Id.Value, new string('0', 64), StringComparison.Ordinal));
            Directory.CreateDirectory(Path.Join(folder, ".new", "half", "_data"));
            Directory.CreateDirectory(Path.Join(folder, ".gone", "removed", "_data", "deep"));
        });

        Assert.Null(Volumes.Find("orphan"));
        Assert.Equal(
            [own, "named"], new[] { own, "named" }.Where(name => Directory.Exists(Path.Join(folder, name, "_data"))));
        Assert.Equal(started.Id, Assert.Single(Volumes.Find(own)!.Users));
        Assert.Equal(named.CreatedAt, Volumes.Find("named")!.CreatedAt);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(folder, ".new")));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(folder, ".gone")));
        await fixture.Engine.RemoveAsync(started.Id, default);
    }

    [Fact]
    public async Task Volumes_and_binds_of_another_container_are_had_too_also_when_it_does_not_run()
    {
        var bound = Directory.CreateDirectory(Path.Join(fixture.Folder, "from")).FullName;
        var source = EngineFixture.Define(Sleep with
        {
            Mounts =
            [
                new MountSpec(MountKind.Volume, "", "/data"),
                new MountSpec(MountKind.Bind, bound, "/b"),
                new MountSpec(MountKind.Tmpfs, "", "/t"),
            ],
        });
        var data = await fixture.Engine.DefineAsync(source, default);
        var shared = data.Mounts.Single(mount => mount.Spec.Kind == MountKind.Volume).Spec.Source;

        var reader = await fixture.StartAsync(Sleep with { VolumesFrom = [source.Name + ":ro"] });
        var writer = await fixture.StartAsync(Sleep with
        {
            VolumesFrom = [data.Id.Value[..16]],
            Mounts = [new MountSpec(MountKind.Tmpfs, "", "/b")],
        });

        Assert.Equal("0 ", await fixture.RunCommandAsync(writer.Id, "touch", "/data/new", "/b/own"));
        Assert.Equal("0 deep\nnew\nseed", await fixture.RunCommandAsync(reader.Id, "ls", "/data"));
        Assert.StartsWith("1 ", await fixture.RunCommandAsync(reader.Id, "touch", "/data/x"), StringComparison.Ordinal);
        Assert.StartsWith("1 ", await fixture.RunCommandAsync(reader.Id, "touch", "/b/x"), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(bound));
        Assert.DoesNotContain(reader.Mounts, mount => mount.Spec.Kind == MountKind.Tmpfs);

        // The volume goes with the last of those that have it.
        await fixture.Engine.RemoveAsync(data.Id, default);
        await fixture.Engine.RemoveAsync(reader.Id, default);
        Assert.Equal(writer.Id, Assert.Single(Volumes.Find(shared)!.Users));
        await fixture.Engine.RemoveAsync(writer.Id, default);
        Assert.Null(Volumes.Find(shared));
    }

    [Theory]
    [InlineData("no-such", "No such container: no-such")]
    [InlineData("x:sideways", "invalid mode for volumes-from: sideways")]
    [InlineData("", "volumes-from cannot be an empty string")]
    public async Task Volumes_of_what_is_not_there_are_refused(string from, string why)
    {
        var refused = await Assert.ThrowsAsync<ContainerException>(() => fixture.Engine.DefineAsync(
            EngineFixture.Define(Sleep with { VolumesFrom = [from] }), default));

        Assert.Equal((ContainerFault.Invalid, why), (refused.Fault, refused.Message));
    }

    [Fact]
    public async Task A_container_that_could_not_be_made_leaves_no_volume_without_a_name_and_no_user()
    {
        var before = Volumes.List().Select(volume => volume.Name).ToArray();
        var spec = Sleep with
        {
            Mounts = [new(MountKind.Volume, "", "/a"), new(MountKind.Volume, "etcetera", "/etc/passwd")],
        };

        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.DefineAsync(EngineFixture.Define(spec), default));

        Assert.Equal("cannot mount volume over existing file, file exists /etc/passwd", refused.Message);
        Assert.Equal(before, Volumes.List().Select(volume => volume.Name));
    }

    [Fact]
    public async Task Files_of_a_container_that_never_ran_are_those_of_its_volumes()
    {
        var created = await fixture.Engine.DefineAsync(
            EngineFixture.Define(Sleep with { Mounts = [new MountSpec(MountKind.Volume, "looked-into", "/data")] }),
            default);
        File.WriteAllText(Path.Join(Volumes.Find("looked-into")!.Mountpoint, "mine"), "");

        var found = await fixture.Engine.Files.FindAsync(created.Id, "/data/mine", default);

        Assert.Equal("mine", found.Name);
        await fixture.Engine.RemoveAsync(created.Id, default);
        await Volumes.RemoveAsync("looked-into", default);
    }

    [Fact]
    public async Task A_tree_of_any_depth_is_measured_and_removed()
    {
        var (exit, _) = await fixture.RunAsync(EngineFixture.Shell(
            "cd /v; for i in $(seq 3000); do mkdir d; cd d; done; echo deep > file") with
        {
            Mounts = [new MountSpec(MountKind.Volume, "deep", "/v")],
        });
        await fixture.Engine.RemoveAsync(exit.Id, default);

        Assert.Equal(Bytes.Zero, await Volumes.MeasureAsync("deep", default));
        await Volumes.RemoveAsync("deep", default);

        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(fixture.Options.DataRoot, "volumes/.gone")));
    }

    [Fact]
    public async Task What_happens_to_volumes_is_told()
    {
        using var listening = fixture.Engine.Events.Listen();
        var started = await fixture.StartAsync(
            Sleep with { Mounts = [new MountSpec(MountKind.Volume, "told", "/v", ReadOnly: true)] });
        await fixture.Engine.RemoveAsync(started.Id, default);
        await Volumes.RemoveAsync("told", default);

        List<EngineEvent> told = [];
        while (listening.Next.TryRead(out var happened))
        {
            if (happened.Kind == "volume" && happened.Id == "told") told.Add(happened);
        }

        Assert.Equal(["create", "mount", "unmount", "destroy"], told.Select(happened => happened.Action));
        Assert.All(told, happened => Assert.Equal("local", happened.Attributes["driver"]));
        Assert.Equal(
            (started.Id.Value, "/v", "false"),
            (told[1].Attributes["container"], told[1].Attributes["destination"], told[1].Attributes["read/write"]));
    }

    private static string Stat(string path, string format) => string.Create(
        CultureInfo.InvariantCulture, $"{Host.Run("stat", "-c", format, path).Trim()}");
}
