using System.Formats.Tar;
using System.Text;
using Swarm.Core.Containers;
using Swarm.Images.Trees;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Tests.Users;

/// <summary>Volumes, binds, images and archives of containers whose users are mapped.</summary>
[Collection(MappedCollection.Name)]
public sealed class MappedFileTests(MappedFixture fixture)
{
    private static readonly UnpackRules Plain = new(KeepKinds: false, Owner: null);

    private static ContainerSpec Sleep => MappedFixture.Sleep;

    [Fact]
    public async Task A_volume_is_root_s_of_every_container_mapped_or_not()
    {
        var mapped = await fixture.StartAsync(
            Sleep with { Mounts = [new MountSpec(MountKind.Volume, "both", "/data")] });
        await fixture.OutputAsync(mapped, "echo x > /data/made; mkdir /data/his; busybox chown 5:6 /data/his");
        var host = await fixture.StartAsync(Sleep with
        {
            Shared = new SharedNamespaces(User: "host"),
            VolumesFrom = [mapped.Definition.Name],
        });
        var second = await fixture.StartAsync(Sleep with { VolumesFrom = [host.Definition.Name] });

        foreach (var one in (ContainerState[])[mapped, host, second])
        {
            Assert.Equal(
                "0:0 0:0 0:0 5:6",
                await fixture.OutputAsync(one, "echo $(stat -c %u:%g /data /data/seed /data/made /data/his)"));
        }

        Assert.Equal("from the image", await fixture.OutputAsync(second, "touch /data/x && cat /data/seed"));
        Assert.Equal("0:0", MappedFixture.Owner(fixture.Folder + "/data/volumes/both/_data/made"));
        Assert.Equal("700", Host.Run("stat", "-c", "%a", fixture.Folder + "/data/volumes").Trim());
    }

    [Fact]
    public async Task Files_of_the_host_are_nobody_s_unless_they_belong_to_one_of_the_container_s_users()
    {
        var folder = Directory.CreateDirectory(fixture.Folder + "/bound").FullName;
        File.WriteAllText(folder + "/secret", "x");
        File.SetUnixFileMode(folder + "/secret", UnixFileMode.UserRead);
        File.WriteAllText(folder + "/given", "given");
        FileOwner.Set(folder + "/given", MappedFixture.First + 9, MappedFixture.First);

        var container = await fixture.StartAsync(
            Sleep with { Mounts = [new MountSpec(MountKind.Bind, folder, "/host")] });

        Assert.Equal(
            "65534:65534 65534:65534 9:0",
            await fixture.OutputAsync(container, "echo $(stat -c %u:%g /host /host/secret /host/given)"));
        Assert.NotEqual(0, (await fixture.RunAsync(container, "cat /host/secret")).ExitCode);
        Assert.NotEqual(0, (await fixture.RunAsync(container, "touch /host/new")).ExitCode);
        Assert.NotEqual(0, (await fixture.RunAsync(container, "busybox chown 0 /host/secret")).ExitCode);
        await fixture.OutputAsync(container, "echo more >> /host/given");
    }

    [Fact]
    public async Task Files_of_another_image_are_root_s()
    {
        var container = await fixture.StartAsync(Sleep with
        {
            Mounts = [new MountSpec(MountKind.Image, fixture.Image.Value, "/image", ReadOnly: true)],
        });

        Assert.Equal("0:0", await fixture.OutputAsync(container, "stat -c %u:%g /image/data/seed"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Archives_name_the_container_s_users_both_ways(bool runs)
    {
        var spec = Sleep with
        {
            Mounts =
            [
                new MountSpec(MountKind.Volume, "", "/data/volume"),
                new MountSpec(MountKind.Bind, Directory.CreateDirectory(fixture.Folder + "/copied").FullName, "/host"),
            ],
        };
        var container = runs ? await fixture.StartAsync(spec) : await fixture.CreateAsync(spec);

        foreach (var folder in (string[])["/data", "/data/volume", "/host"])
        {
            await fixture.Engine.Files.WriteArchiveAsync(
                container.Id, folder, Tar(("f", 5, 6), ("new/g", 7, 8)), Plain, default);
            Assert.Equal((5, 6), await OwnerInArchiveAsync(container, folder + "/f"));
            Assert.Equal((0, 0), await OwnerInArchiveAsync(container, folder + "/new"));
        }

        if (!runs) await fixture.Engine.StartAsync(container.Id, default);
        Assert.Equal("5:6 0:0 7:8 5:6 0:0 7:8", await fixture.OutputAsync(
            container, "cd /data; echo $(stat -c %u:%g f new new/g volume/f volume/new volume/new/g)"));
        Assert.Equal("300005:300006", MappedFixture.Owner(fixture.Folder + "/copied/f"));
        Directory.Delete(fixture.Folder + "/copied", recursive: true);
    }

    [Fact]
    public async Task Whose_an_entry_cannot_be_is_said()
    {
        var container = await fixture.CreateAsync(Sleep);

        foreach (var (kind, user, group) in ((string, int, int)[])[("user", 70000, 0), ("group", 0, 70000)])
        {
            var refused = await Assert.ThrowsAsync<ContainerException>(() => fixture.Engine.Files.WriteArchiveAsync(
                container.Id, "/data", Tar(("f", user, group)), Plain, default));

            Assert.Contains(
                $"{kind} 70000 is none of those that the container has", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_file_may_do_goes_in_and_out_with_it_and_holds_in_the_container()
    {
        // CAP_NET_RAW, permitted and effective, as setcap writes it.
        byte[] capability = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var container = await fixture.StartAsync(Sleep);
        var busybox = File.ReadAllBytes("/bin/busybox");

        await fixture.Engine.Files.WriteArchiveAsync(
            container.Id, "/data", Tar(busybox, capability), Plain, default);

        Assert.Equal(
            "0000000000002000",
            await fixture.OutputAsync(
                container,
                "busybox su worker -c '/data/busybox grep CapEff /proc/self/status' | tr -d 'a-zA-Z:\\t'"));
        var tar = new MemoryStream();
        await fixture.Engine.Files.ReadArchiveAsync(container.Id, "/data/busybox", tar, default);
        Assert.True(tar.ToArray().AsSpan().IndexOf([.. "security.capability="u8, .. capability]) > 0);
        using var upper = Folder.Open(fixture.Images.PlacesOf(container.Id)!.Upper + "/data");
        Assert.Equal(capability, upper.Attribute("busybox"u8, "security.capability"u8));
    }

    [Fact]
    public async Task An_export_has_the_owners_that_the_container_saw()
    {
        var container = await fixture.StartAsync(Sleep);
        await fixture.OutputAsync(container, "echo x > /mine; echo x > /his; busybox chown 7:8 /his");
        using var tar = new MemoryStream();

        await fixture.Engine.Files.ExportAsync(container.Id, tar, default);

        tar.Position = 0;
        var owners = new Dictionary<string, (int, int)>();
        using var reader = new TarReader(tar);
        while (await reader.GetNextEntryAsync() is { } entry) owners[entry.Name] = (entry.Uid, entry.Gid);
        Assert.Equal(((0, 0), (7, 8), (0, 0)), (owners["mine"], owners["his"], owners["bin/busybox"]));
    }

    private async Task<(int, int)> OwnerInArchiveAsync(ContainerState container, string path)
    {
        var tar = new MemoryStream();
        await fixture.Engine.Files.ReadArchiveAsync(container.Id, path, tar, default);
        tar.Position = 0;
        using var reader = new TarReader(tar);
        var entry = (await reader.GetNextEntryAsync())!;
        return (entry.Uid, entry.Gid);
    }

    private static MemoryStream Tar(params (string Name, int User, int Group)[] files)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var (name, user, group) in files)
            {
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name)
                {
                    DataStream = new MemoryStream("x"u8.ToArray()),
                    Uid = user,
                    Gid = group,
                    Mode = (UnixFileMode)0x1a4,
                });
            }
        }

        tar.Position = 0;
        return tar;
    }

    /// <summary>A program with a capability: attributes are bytes, which the framework's writer does not take.
    /// </summary>
    private static MemoryStream Tar(byte[] program, byte[] capability)
    {
        byte[] body = [.. " SCHILY.xattr.security.capability="u8, .. capability, (byte)'\n'];
        byte[] record = [.. Encoding.ASCII.GetBytes($"{body.Length + 2}"), .. body];
        var tar = new MemoryStream();
        Write("pax", 'x', record);
        Write("busybox", '0', program);
        tar.Write(new byte[1024]);
        tar.Position = 0;
        return tar;

        void Write(string name, char kind, byte[] content)
        {
            var header = new byte[512];
            void Put(int at, string text) => Encoding.ASCII.GetBytes(text).CopyTo(header, at);
            Put(0, name);
            Put(100, "0000755\0" + "0000000\0" + "0000000\0");
            Put(124, Convert.ToString(content.Length, 8).PadLeft(11, '0') + "\0" + "00000000000\0");
            Put(148, "        " + kind);
            Put(257, "ustar\0" + "00");
            Put(148, Convert.ToString(header.Sum(one => one), 8).PadLeft(6, '0') + "\0 ");
            tar.Write(header);
            tar.Write(content);
            tar.Write(new byte[(512 - content.Length % 512) % 512]);
        }
    }
}
