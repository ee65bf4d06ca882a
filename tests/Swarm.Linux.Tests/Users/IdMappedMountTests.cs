using System.Diagnostics;
using Swarm.Linux.Files;
using Swarm.Linux.Mounts;
using Swarm.Linux.Overlay;
using Swarm.Linux.Users;

namespace Swarm.Linux.Tests.Users;

public sealed class IdMappedMountTests : IDisposable
{
    private static readonly IdMap Map = new([new IdRange(0, 300000, 65536)], [new IdRange(0, 400000, 65536)]);

    private const StringSplitOptions Whole = StringSplitOptions.RemoveEmptyEntries;

    private readonly string _path = Directory.CreateTempSubdirectory("swarm-idmap-").FullName;

    public void Dispose()
    {
        MountPoint.Unmount(_path + "/root");
        MountPoint.Unmount(_path + "/shown");
        Directory.Delete(_path, recursive: true);
    }

    [Fact]
    public void Owners_on_the_disk_are_shown_as_those_of_the_host_and_the_other_way_round()
    {
        File.WriteAllText(Make("real") + "/old", "");
        FileOwner.Set(_path + "/real/old", 7, 8);
        IdMappedMount.Attach(_path + "/real", Make("shown"), Map);

        Assert.Equal((300007u, 400008u), OwnerOf("shown", "old"));
        File.WriteAllText(_path + "/shown/new", "");
        FileOwner.Set(_path + "/shown/new", 300001, 400002);
        Assert.Equal((1u, 2u), OwnerOf("real", "new"));
        Assert.Equal(
            Errno.EOVERFLOW,
            Assert.Throws<LinuxException>(() => FileOwner.Set(_path + "/shown/new", 1, 1)).Number);
    }

    [Fact]
    public void An_overlay_of_it_copies_up_and_hides_as_any_other()
    {
        File.WriteAllText(Make("store/low") + "/kept", "");
        File.WriteAllText(_path + "/store/low/gone", "");
        Make("store/upper");
        Make("store/work");
        IdMappedMount.Attach(_path + "/store", Make("shown"), Map);
        using var overlay = OverlayMount.Create(
            [_path + "/shown/low"], _path + "/shown/upper", _path + "/shown/work");
        MountPoint.Unmount(_path + "/shown");
        overlay.AttachAt(Make("root"));

        File.AppendAllText(_path + "/root/kept", "x");
        File.Delete(_path + "/root/gone");

        Assert.Equal((300000u, 400000u), OwnerOf("root", "kept"));
        Assert.Equal((0u, 0u), OwnerOf("store/upper", "kept"));
        Assert.Equal((IdMappedMount.OfHost, IdMappedMount.OfHost), OwnerOf("store/upper", "gone"));
    }

    [Fact]
    public void A_file_system_that_cannot_show_others_is_refused()
    {
        var refused = Assert.Throws<LinuxException>(() => IdMappedMount.Attach("/proc", Make("shown"), Map));

        Assert.Equal(Errno.EINVAL, refused.Number);
    }

    [Fact]
    public void A_network_namespace_belongs_to_the_user_namespace_that_it_was_made_in()
    {
        using var holder = NamespaceHolder.Make(Map, withNetwork: true);
        using var second = NamespaceHolder.MakeNetworkIn(holder.PathOf("user"));

        // In it, a link may be made by who is root there.
        var made = Output(
            "nsenter", "--user=" + holder.PathOf("user"), "--net=" + holder.PathOf("net"), "sh", "-c",
            "cat /proc/self/uid_map; ip link set lo up && echo up");

        Assert.Equal(["0", "300000", "65536", "up"], made.Split((char[])[' ', '\n'], Whole));
        Assert.Equal(NameOf(holder, "user"), NameOf(second, "user"));
        Assert.NotEqual(NameOf(holder, "net"), NameOf(second, "net"));
    }

    private static string NameOf(NamespaceHolder holder, string kind) =>
        new FileInfo(holder.PathOf(kind)).LinkTarget!;

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }

    private (uint, uint) OwnerOf(string folder, string name)
    {
        using var opened = Folder.Open(Path.Join(_path, folder));
        var status = opened.Status(System.Text.Encoding.UTF8.GetBytes(name))!.Value;
        return (status.UserId, status.GroupId);
    }

    private string Make(string name) => Directory.CreateDirectory(Path.Join(_path, name)).FullName;
}
