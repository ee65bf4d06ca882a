using System.Formats.Tar;
using System.Text;
using Swarm.Core.Containers;
using Swarm.Images;
using Swarm.Images.Trees;
using Swarm.Linux.Files;
using Swarm.Runtime.Files;

namespace Swarm.Runtime.Tests;

public sealed class FileTests(FilesFixture fixture) : IClassFixture<FilesFixture>
{
    private static readonly UnpackRules Plain = new(KeepKinds: false, Owner: null);

    private IContainerFiles Files => fixture.Engine.Files;

    [Fact]
    public async Task What_is_at_a_path_is_told_and_links_lead_within_the_container()
    {
        var container = await fixture.StartAfterAsync(
            "echo hello > /data/f; chmod 4751 /data/f; ln -s ../../../data /tmp/out; ln -s nowhere /tmp/dangling");

        var file = await Files.FindAsync(container.Id, "/data/f", default);
        Assert.Equal(
            ("f", FileKind.Regular, 0x9e9u, 6L, ""), (file.Name, file.Kind, file.Mode, file.Size, file.LinkTarget));
        Assert.InRange(DateTimeOffset.UtcNow - file.Modified, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(5));
        var link = await Files.FindAsync(container.Id, "/tmp/out", default);
        Assert.Equal((FileKind.SymbolicLink, "/data"), (link.Kind, link.LinkTarget));
        Assert.Equal("/tmp/nowhere", (await Files.FindAsync(container.Id, "/tmp/dangling", default)).LinkTarget);
        Assert.Equal(FileKind.Folder, (await Files.FindAsync(container.Id, "/tmp/out/", default)).Kind);
        Assert.Equal(("/", FileKind.Folder), await KindAsync(container, "/"));
        Assert.Equal(("f", FileKind.Regular), await KindAsync(container, "/tmp/out/f"));
        var missing = await Assert.ThrowsAsync<ContainerException>(
            () => Files.FindAsync(container.Id, "/no/such", default));
        Assert.Equal(
            (ContainerFault.NotFound, $"Could not find the file /no/such in container {container.Definition.Name}"),
            (missing.Fault, missing.Message));
    }

    [Fact]
    public async Task The_working_folder_is_there_before_the_first_start()
    {
        var spec = EngineFixture.Shell("true") with
        {
            PinnedImage = fixture.Image,
            WorkingDirectory = "/made/at/once",
        };
        var definition = EngineFixture.Define(spec);
        await fixture.Engine.DefineAsync(definition, default);
        Assert.Equal(FileKind.Folder, (await Files.FindAsync(definition.Id, "/made/at/once", default)).Kind);

        var wrong = EngineFixture.Define(spec with { WorkingDirectory = "/etc/passwd/x" });
        var refused = await Assert.ThrowsAsync<ContainerException>(
            () => fixture.Engine.DefineAsync(wrong, default));
        Assert.Equal("Cannot mkdir: /etc/passwd/x is not a directory", refused.Message);
        Assert.Null(fixture.Engine.Find(wrong.Id));
    }

    [Fact]
    public async Task Of_one_that_is_being_removed_nothing_is_found()
    {
        for (var i = 0; i < 30; i++) // how far the removal has come is by chance
        {
            var created = await fixture.StartAsync(EngineFixture.Shell("sleep 600"));
            var asking = Enumerable.Range(0, 16).Select(_ => Task.Run(async () =>
            {
                while (true) await Files.FindAsync(created.Id, "/etc/passwd", default);
            })).ToList();
            await fixture.Engine.RemoveAsync(created.Id, default);
            foreach (var one in asking)
            {
                var refused = await Assert.ThrowsAsync<ContainerException>(() => one);
                Assert.Equal(ContainerFault.NotFound, refused.Fault);
            }
        }
    }

    [Fact]
    public async Task An_archive_has_a_folder_with_all_below_it_named_by_its_last_part()
    {
        var container = await fixture.StartAfterAsync(
            "cd /data; mkdir d; echo one > d/a; ln d/a d/b; ln -s a d/l; mkfifo d/p; "
            + "dd if=/dev/zero of=d/big bs=1M count=3 2>/dev/null");

        var entries = await ReadAsync(container, "/data/d");

        Assert.Equal(["d/", "d/a", "d/b", "d/big", "d/l", "d/p"], entries.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(3 << 20, entries["d/big"].Length);
        Assert.Equal("a", entries["d/l"].LinkName);
        Assert.Equal(TarEntryType.Fifo, entries["d/p"].EntryType);
        var (first, second) = entries["d/a"].EntryType == TarEntryType.HardLink ? ("d/b", "d/a") : ("d/a", "d/b");
        Assert.Equal((4, first), (entries[first].Length, entries[second].LinkName));
        var dotted = (await ReadAsync(container, "/data/d/.")).Keys;
        Assert.Equal(["./", "./a"], dotted.Where(name => name is "./" or "./a"));
        Assert.Equal(["l"], (await ReadAsync(container, "/data/d/l")).Keys);
        Assert.Contains("/etc/passwd", (await ReadAsync(container, "/")).Keys);
    }

    [Fact]
    public async Task Volumes_are_seen_at_their_places_in_containers_that_run_and_in_those_that_do_not()
    {
        var outside = Directory.CreateDirectory(fixture.Folder + "/bound").FullName;
        File.WriteAllText(outside + "/there", "bound");
        var created = await fixture.CreateAsync(EngineFixture.Shell("sleep 600") with
        {
            Mounts =
            [
                new MountSpec(MountKind.Bind, outside, "/mnt/bound"),
                new MountSpec(MountKind.Volume, "kept", "/data/deep/volume"),
            ],
        });

        Assert.Contains("bound/there", (await ReadAsync(created, "/mnt/bound")).Keys);
        await WriteAsync(created, "/data/deep/volume", ("new", "in the volume"));
        Assert.Contains("data/deep/volume/new", (await ReadAsync(created, "/data")).Keys);
        await fixture.Engine.StartAsync(created.Id, default);
        Assert.Equal("in the volume", await fixture.OutputAsync(created, "cat /data/deep/volume/new"));
        await WriteAsync(created, "/mnt/bound", ("made", "by cp"));

        Assert.Equal("by cp", File.ReadAllText(outside + "/made"));
        Assert.DoesNotContain(created.Id.Value + "/root/mnt", File.ReadAllText("/proc/self/mountinfo"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_archive_goes_over_what_is_there_with_owners_and_modes()
    {
        var container = await fixture.StartAfterAsync("mkdir /data/x; echo old > /data/f; mkdir /data/was");

        await WriteAsync(container, "/data", ("f", "new"), ("x/y/z", "deep"), ("was", "a file"));

        Assert.Equal(
            "new deep a file", await fixture.OutputAsync(container, "cd /data; echo $(cat f) $(cat x/y/z) $(cat was)"));
        Assert.Equal("755 1234:1300", await fixture.OutputAsync(container, "stat -c '%a %u:%g' /data/f"));
        await Files.WriteArchiveAsync(
            container.Id, "/data", Tar(("g", "x")), new UnpackRules(false, (7, 8)), default);
        Assert.Equal("7:8", await fixture.OutputAsync(container, "stat -c %u:%g /data/g"));
    }

    [Theory]
    [InlineData("/etc/passwd", "f", "extraction point /etc/passwd in container")]
    [InlineData("/nope", "f", "Could not find the file /nope in container")]
    [InlineData("/data", "../../up", "goes up by '..'")]
    [InlineData("/data", "deep", "cannot overwrite directory with non-directory")]
    public async Task What_an_archive_may_not_do_is_refused(string path, string entry, string message)
    {
        var container = await fixture.CreateAsync(EngineFixture.Shell("sleep 600"));

        var refused = await Assert.ThrowsAsync<ContainerException>(() => Files.WriteArchiveAsync(
            container.Id, path, Tar((entry, "x")), new UnpackRules(KeepKinds: true, null), default));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_read_only_stays_so()
    {
        var container = await fixture.CreateAsync(EngineFixture.Shell("sleep 600") with
        {
            ReadOnlyRoot = true,
            Mounts =
            [
                new MountSpec(MountKind.Volume, "", "/data"),
                new MountSpec(MountKind.Volume, "", "/mnt/shut", ReadOnly: true),
            ],
        });

        await WriteAsync(container, "/data", ("f", "x"));
        Assert.Equal("container rootfs is marked read-only", await RefusalAsync(container, "/tmp"));
        Assert.Equal("mounted volume is marked read-only", await RefusalAsync(container, "/mnt/shut"));
    }

    [Fact]
    public async Task Links_that_a_container_makes_meanwhile_lead_nobody_out()
    {
        var secret = Directory.CreateDirectory(fixture.Folder + "/secret").FullName;
        File.WriteAllText(secret + "/f", "secret");
        var container = await fixture.StartAfterAsync(
            $"mkdir /data/real; (while :; do rm -rf /data/w; ln -s {secret} /data/w; rm /data/w; "
            + "ln -s /data/real /data/w; rm /data/w; mkdir /data/w; done) >/dev/null 2>&1 &");

        for (var i = 0; i < 40; i++)
        {
            try
            {
                await WriteAsync(container, "/data", ("w/f", "inside"));
                await ReadAsync(container, "/data/w/f");
            }
            catch (ContainerException)
            {
                // It was away, or something else, at that moment.
            }
        }

        Assert.Equal("secret", File.ReadAllText(secret + "/f"));
        Assert.Equal(["f"], Directory.GetFileSystemEntries(secret).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Export_has_the_whole_root_and_is_an_image_elsewhere()
    {
        var container = await fixture.StartAfterAsync(
            "echo x > /data/new", EngineFixture.Shell("") with { Mounts = [new(MountKind.Volume, "", "/data/deep")] });
        await fixture.OutputAsync(container, "echo v > /data/deep/of-volume");
        using var tar = new MemoryStream();

        await Files.ExportAsync(container.Id, tar, default);

        tar.Position = 0;
        var image = (await fixture.Images.ImportAsync(tar, null, new ImageConfiguration(), default)).Id;
        var next = await fixture.StartAsync(EngineFixture.Shell("sleep 600") with { PinnedImage = image });
        Assert.Equal(
            "x seed", await fixture.OutputAsync(next, "echo $(cat /data/new; ls /data/deep; ls /data | tail -1)"));
    }

    private async Task<(string Name, FileKind Kind)> KindAsync(ContainerState container, string path)
    {
        var found = await Files.FindAsync(container.Id, path, default);
        return (found.Name, found.Kind);
    }

    private async Task<Dictionary<string, TarEntry>> ReadAsync(ContainerState container, string path)
    {
        var tar = new MemoryStream();
        await Files.ReadArchiveAsync(container.Id, path, tar, default);
        tar.Position = 0;
        var entries = new Dictionary<string, TarEntry>();
        using var reader = new TarReader(tar);
        while (await reader.GetNextEntryAsync(copyData: true) is { } entry) entries.Add(entry.Name, entry);
        return entries;
    }

    private Task WriteAsync(ContainerState container, string path, params (string Name, string Text)[] files) =>
        Files.WriteArchiveAsync(container.Id, path, Tar(files), Plain, default);

    private async Task<string> RefusalAsync(ContainerState container, string path)
    {
        var refused = await Assert.ThrowsAsync<ContainerException>(() => WriteAsync(container, path, ("f", "x")));
        Assert.Equal(ContainerFault.ReadOnly, refused.Fault);
        return refused.Message;
    }

    private static MemoryStream Tar(params (string Name, string Text)[] files)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)),
                    Uid = 1234,
                    Gid = 1300,
                    Mode = (UnixFileMode)0x1ed,
                });
            }
        }

        tar.Position = 0;
        return tar;
    }
}
