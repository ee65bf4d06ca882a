using Swarm.Core.Containers;
using Swarm.Runtime.Volumes;

namespace Swarm.Runtime.Tests.Volumes;

/// <summary>How file systems of a container lie in each other and in the host's.</summary>
public sealed class MountTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private const StringComparison Ordinal = StringComparison.Ordinal;

    private IVolumes Volumes => fixture.Engine.Volumes;

    private static ContainerSpec Sleep => EngineFixture.Shell("sleep 600");

    [Fact]
    public async Task Read_only_goes_down_to_what_is_mounted_below_unless_only_the_top_is_meant()
    {
        var source = Directory.CreateDirectory(Path.Join(fixture.Folder, "nested/below")).Parent!.FullName;
        Mount(source + "/below");
        try
        {
            var started = await fixture.StartAsync(Sleep with
            {
                Mounts =
                [
                    new MountSpec(MountKind.Bind, source, "/all", ReadOnly: true),
                    new MountSpec(MountKind.Bind, source, "/top", ReadOnly: true)
                    {
                        ReadOnlyDepth = ReadOnlyDepth.Top,
                    },
                    new MountSpec(MountKind.Bind, source, "/alone") { NonRecursive = true },
                ],
            });

            Assert.StartsWith("1 ", await fixture.RunCommandAsync(started.Id, "touch", "/all/below/x"));
            Assert.StartsWith("1 ", await fixture.RunCommandAsync(started.Id, "touch", "/top/x"));
            Assert.Equal("0 ", await fixture.RunCommandAsync(started.Id, "touch", "/top/below/x"));
            Assert.Equal("0 ", await fixture.RunCommandAsync(started.Id, "ls", "/alone/below"));
            await fixture.Engine.RemoveAsync(started.Id, default);
        }
        finally
        {
            Linux.Mounts.Mounting.Unmount(source + "/below", detach: true);
        }

        static void Mount(string at) => Linux.Mounts.Mounting.Tmpfs(at, "mode=0777");
    }

    [Fact]
    public async Task A_file_is_mounted_for_reading_alone()
    {
        var file = Path.Join(fixture.Folder, "single");
        File.WriteAllText(file, "single\n");

        var (_, output) = await fixture.RunAsync(
            EngineFixture.Shell("cat /etc/hostname /at/single; (echo x >/at/single) 2>/dev/null || echo kept") with
            {
                Mounts =
                [
                    new MountSpec(MountKind.Bind, file, "/at/single", ReadOnly: true),
                    new MountSpec(MountKind.Bind, file, "/etc/hostname", ReadOnly: true),
                ],
            });

        Assert.Equal("single\nsingle\nkept", output);
    }

    [Fact]
    public async Task The_names_of_a_container_lie_above_what_it_mounts_around_them()
    {
        var (_, output) = await fixture.RunAsync(EngineFixture.Shell("cat /etc/hostname; ls -A /etc") with
        {
            Hostname = "named",
            Mounts = [new MountSpec(MountKind.Tmpfs, "", "/etc")],
        });

        Assert.Equal("named\nhostname\nhosts\nresolv.conf", output);
    }

    [Theory]
    [InlineData(true, "kept")]
    [InlineData(false, "written")]
    public async Task The_names_of_a_container_are_as_writable_as_its_root(bool isReadOnly, string expected)
    {
        var (_, output) = await fixture.RunAsync(
            EngineFixture.Shell("(echo 1.2.3.4 x >>/etc/hosts) 2>/dev/null && echo written || echo kept") with
            {
                ReadOnlyRoot = isReadOnly,
            });

        Assert.Equal(expected, output);
    }

    [Fact]
    public async Task Mounts_lie_in_each_other_whatever_their_order()
    {
        var bound = Directory.CreateDirectory(Path.Join(fixture.Folder, "inner")).FullName;
        File.WriteAllText(Path.Join(bound, "file"), "inner\n");

        var (_, output) = await fixture.RunAsync(EngineFixture.Shell("cat /outer/a/b/file; ls /outer") with
        {
            Mounts =
            [
                new MountSpec(MountKind.Bind, bound, "/outer/a/b", ReadOnly: true),
                new MountSpec(MountKind.Tmpfs, "", "/outer/a"),
                new MountSpec(MountKind.Volume, "outer", "/outer"),
            ],
        });

        Assert.Equal("inner\na", output);
    }

    [Fact]
    public async Task A_mount_is_shared_only_where_its_source_is()
    {
        var source = Directory.CreateDirectory(Path.Join(fixture.Folder, "propagated")).FullName;
        var spec = Sleep with { Mounts = [new MountSpec(MountKind.Bind, source, "/p") { Propagation = "rshared" }] };
        Linux.Mounts.Mounting.Tmpfs(source, "mode=0755");
        try
        {
            Host.Run("mount", "--make-private", source);
            var refused = await Assert.ThrowsAsync<ContainerException>(
                () => fixture.Engine.DefineAsync(EngineFixture.Define(spec), default));
            Assert.Equal($"path {source} is mounted on {source} but it is not a shared mount", refused.Message);

            Host.Run("mount", "--make-shared", source);
            Directory.CreateDirectory(Path.Join(source, "late"));
            var started = await fixture.StartAsync(spec);
            Linux.Mounts.Mounting.Tmpfs(Path.Join(source, "late"), "mode=0755");
            File.WriteAllText(Path.Join(source, "late/seen"), "");
            Assert.Equal("0 seen", await fixture.RunCommandAsync(started.Id, "ls", "/p/late"));
            await fixture.Engine.RemoveAsync(started.Id, default);
        }
        finally
        {
            Host.Run("umount", "-R", source);
        }
    }

    [Fact]
    public async Task The_files_of_an_image_are_mounted_for_reading_at_each_start_and_gone_with_the_container()
    {
        var started = await fixture.StartAsync(EngineFixture.Shell("touch /i/x || cat /i/data/seed; ls /part") with
        {
            Mounts =
            [
                new MountSpec(MountKind.Image, BusyboxImages.Name, "/i", ReadOnly: true),
                new MountSpec(MountKind.Image, BusyboxImages.Name, "/part", ReadOnly: true) { Subpath = "data" },
            ],
        });
        await fixture.ExitOfAsync(started.Id);
        await fixture.ReopenAsync();
        await fixture.Engine.StartAsync(started.Id, default);
        await fixture.ExitOfAsync(started.Id);

        var seen = (await fixture.LogAsync(started.Id)).Split('\n').Where(line => !line.Contains("touch", Ordinal));
        Assert.Equal(["from the image", "deep", "seed", "from the image", "deep", "seed"], seen);
        Assert.Equal(3, fixture.Images.WritableLayers().Length);
        await fixture.Engine.RemoveAsync(started.Id, default);
        Assert.Empty(fixture.Images.WritableLayers());
        var refused = await Assert.ThrowsAsync<ContainerException>(() => fixture.Engine.DefineAsync(
            EngineFixture.Define(Sleep with { Mounts = [new MountSpec(MountKind.Image, "other", "/i")] }), default));
        Assert.Contains("no such image: other", refused.Message, Ordinal);
    }

    [Fact]
    public async Task No_link_leads_out_of_a_folder_of_a_volume()
    {
        var made = await Volumes.CreateAsync(new VolumeDefinition("linked"), default);
        var part = Path.Join(made.Mountpoint, "part");
        Directory.CreateDirectory(part);
        File.WriteAllText(Path.Join(part, "file"), "inside\n");
        File.CreateSymbolicLink(Path.Join(made.Mountpoint, "whole"), "/part");
        File.CreateSymbolicLink(Path.Join(made.Mountpoint, "out"), "../../../..");
        ContainerSpec At(string subpath, string target) => EngineFixture.Shell($"ls {target}") with
        {
            Mounts = [new MountSpec(MountKind.Volume, "linked", target) { Subpath = subpath }],
        };

        Assert.Equal("file", (await fixture.RunAsync(At("whole", "/x"))).Output);
        Assert.Equal("out\npart\nwhole", (await fixture.RunAsync(At("out", "/x"))).Output);
        Assert.Equal("/f", (await fixture.RunAsync(At("part/file", "/f"))).Output);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Join(fixture.Options.RunRoot, "state/sub")));
        Assert.Equal("inside\n", File.ReadAllText(Path.Join(part, "file")));
    }
}
