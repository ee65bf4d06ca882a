using Swarm.Core.Containers;
using Swarm.Images;
using Swarm.Images.Trees;

namespace Swarm.Runtime.Tests.Users;

[Collection(MappedCollection.Name)]
public sealed class MappedUserTests(MappedFixture fixture)
{
    private const string OfHost = ": its users are mapped, and only with those of the host (userns=host) it may";

    private static ContainerSpec Sleep => MappedFixture.Sleep;

    [Fact]
    public async Task Root_of_a_container_is_another_user_of_the_host()
    {
        var root = await fixture.StartAsync(Sleep);
        var worker = await fixture.StartAsync(Sleep with { User = "worker" });

        Assert.Equal("0", await fixture.OutputAsync(root, "id -u"));
        Assert.Equal(MappedFixture.First, MappedFixture.UserOnHost(root));
        Assert.Equal("1234", await fixture.OutputAsync(worker, "stat -c %u /proc/1"));
        Assert.Equal(MappedFixture.First + 1234, MappedFixture.UserOnHost(worker));
        foreach (var file in (string[])["uid_map", "gid_map"])
        {
            Assert.Equal(
                ["0", "300000", "65536"],
                File.ReadAllText($"/proc/{root.Pid}/{file}").Split(
                    (char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
        }
    }

    [Fact]
    public async Task Files_belong_to_users_of_the_container_whoever_looks()
    {
        var container = await fixture.StartAsync(Sleep with { WorkingDirectory = "/work/deep" });
        await fixture.OutputAsync(
            container, "echo x > /mine; mkdir /d; busybox chown 7:8 /d; echo x >> /data/seed; rm -r /root");

        Assert.Equal(
            "0:0 0:0 7:8 0:0 0:0 0:0",
            await fixture.OutputAsync(
                container, "echo $(stat -c %u:%g /mine /bin/busybox /d /data/seed /work /work/deep)"));
        Assert.Equal("300007:300008", MappedFixture.Owner($"/proc/{container.Pid}/root/d"));
        var upper = fixture.Images.PlacesOf(container.Id)!.Upper;
        Assert.Equal("0:0 7:8 0:0", string.Join(
            ' ', MappedFixture.Owner(upper + "/mine"), MappedFixture.Owner(upper + "/d"),
            MappedFixture.Owner(upper + "/data/seed")));
        var changes = await fixture.Engine.Files.FindChangesAsync(container.Id, default);
        Assert.Equal(
            ["1 /d", "0 /data", "0 /data/seed", "1 /mine", "2 /root", "1 /work", "1 /work/deep"],
            changes.Select(change => $"{(int)change.Kind} {change.Path}"));
    }

    [Fact]
    public async Task What_is_committed_has_the_owners_that_the_container_saw()
    {
        var container = await fixture.StartAsync(Sleep);
        await fixture.OutputAsync(
            container, "echo x > /mine; echo y > /his; busybox chown 7:8 /his; rm /data/seed; chmod 4755 /mine");

        var image = await fixture.Engine.Files.CommitAsync(
            container.Id, new ImageCommit(new ImageConfiguration { Command = ["sh"] }), pause: true, default);

        var host = await fixture.StartAsync(
            Sleep with { PinnedImage = image, Shared = new SharedNamespaces(User: "host") });
        var mapped = await fixture.StartAsync(Sleep with { PinnedImage = image });
        foreach (var next in (ContainerState[])[host, mapped])
        {
            Assert.Equal(
                "4755 0:0 644 7:8", await fixture.OutputAsync(
                    next, "test ! -e /data/seed && echo $(stat -c '%a %u:%g' /mine /his)"));
        }
    }

    [Fact]
    public async Task Files_of_the_engine_are_root_s_and_memory_is_too()
    {
        var container = await fixture.StartAsync(Sleep with
        {
            Domainname = "d.example",
            Ulimits = [new Ulimit("nofile", 100, long.MaxValue)],
            Shared = new SharedNamespaces(Ipc: "shareable"),
            Mounts = [new MountSpec(MountKind.Tmpfs, "", "/memory")],
        });

        Assert.Equal(
            "0 0 0 0 0", await fixture.OutputAsync(
                container, "echo $(stat -c %u /etc/hosts /etc/resolv.conf /dev/shm /memory /dev/pts)"));
        await fixture.OutputAsync(
            container, "echo >> /etc/hosts; touch /memory/x /dev/shm/x; echo x > /dev/null; ls /sys/class/net");
        Assert.Equal("d.example", await fixture.OutputAsync(container, "cat /proc/sys/kernel/domainname"));
        Assert.Equal("0:0 666", Host.Run("stat", "-c", "%u:%g %a", "/dev/null").Trim());
        Assert.NotEqual(0, (await fixture.RunAsync(container, "busybox chown 0 /dev/null")).ExitCode);
    }

    [Fact]
    public async Task Memory_of_the_host_may_be_shared()
    {
        var container = await fixture.StartAsync(Sleep with { Shared = new SharedNamespaces(Ipc: "host") });

        Assert.Equal(new FileInfo("/proc/self/ns/ipc").LinkTarget, Namespace(container, "ipc"));
        Assert.Equal("65534", await fixture.OutputAsync(container, "ls /dev > /dev/null && stat -c %u /dev/shm"));
    }

    [Fact]
    public async Task A_container_may_keep_the_users_of_the_host()
    {
        var container = await fixture.StartAsync(Sleep with
        {
            Privileged = true,
            NetworkMode = NetworkMode.Host,
            Shared = new SharedNamespaces(Pid: "host", User: "host"),
        });

        Assert.Equal(0u, MappedFixture.UserOnHost(container));
        Assert.Equal("4294967295", File.ReadAllText($"/proc/{container.Pid}/uid_map").Split(
            (char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)[2]);
    }

    [Fact]
    public async Task What_is_the_host_s_alone_is_refused_with_what_allows_it()
    {
        Assert.Equal(
            "the container cannot be privileged" + OfHost,
            await fixture.RefusalAsync(Sleep with { Privileged = true }));
        Assert.Equal(
            "the container cannot share the host's network namespace" + OfHost,
            await fixture.RefusalAsync(Sleep with { NetworkMode = NetworkMode.Host }));
        Assert.Equal(
            "the container cannot share the host's PID namespace" + OfHost,
            await fixture.RefusalAsync(Sleep with { Shared = new SharedNamespaces(Pid: "host") }));
        Assert.Equal(
            "there is no user namespace 'other'",
            await fixture.RefusalAsync(Sleep with { Shared = new SharedNamespaces(User: "other") }));
        Assert.Equal(
            "user 70000 is beyond those that are mapped", await fixture.RefusalAsync(Sleep with { User = "70000" }));
        Assert.Equal(
            "group 70000 is beyond those that are mapped",
            await fixture.RefusalAsync(Sleep with { Groups = ["70000"] }));
    }

    [Fact]
    public async Task Who_shares_a_namespace_is_in_the_user_namespace_that_it_belongs_to()
    {
        var donor = await fixture.StartAsync(Sleep with
        {
            NetworkMode = NetworkMode.Bridge,
            Shared = new SharedNamespaces(Ipc: "shareable"),
        });
        var of = "container:" + donor.Id.Value;

        var second = await fixture.StartAsync(
            Sleep with { Shared = new SharedNamespaces(Pid: of, Ipc: of, Network: of) });
        var third = await fixture.StartAsync(Sleep with
        {
            NetworkMode = NetworkMode.Bridge,
            Shared = new SharedNamespaces(Pid: of),
        });

        Assert.Equal(Namespace(donor, "user"), Namespace(second, "user"));
        Assert.Equal(Namespace(donor, "net"), Namespace(second, "net"));
        Assert.Equal(Namespace(donor, "user"), Namespace(third, "user"));
        Assert.NotEqual(Namespace(donor, "net"), Namespace(third, "net"));
        await fixture.OutputAsync(third, $"ping -c 1 -W 5 {donor.Endpoints[0].Address}");
        var alone = await fixture.StartAsync(Sleep);
        Assert.NotEqual(Namespace(donor, "user"), Namespace(alone, "user"));
        Assert.Equal(
            "cannot share namespaces of containers that have user namespaces of their own",
            await fixture.RefusalAsync(Sleep with
            {
                Shared = new SharedNamespaces(Pid: "container:" + alone.Id.Value, Network: of),
            }));
    }

    [Fact]
    public async Task A_namespace_of_a_container_of_the_host_s_users_is_not_shared()
    {
        var host = await fixture.StartAsync(Sleep with { Shared = new SharedNamespaces(User: "host") });
        var of = "container:" + host.Id.Value;

        Assert.Equal(
            $"cannot share the PID namespace of container {host.Id.Short}: its users are those of the host",
            await fixture.RefusalAsync(Sleep with { Shared = new SharedNamespaces(Pid: of) }));
        var guest = await fixture.StartAsync(Sleep with { Shared = new SharedNamespaces(Pid: of, User: "host") });
        Assert.Equal(Namespace(host, "pid"), Namespace(guest, "pid"));
    }

    private static string Namespace(ContainerState container, string kind) =>
        new FileInfo($"/proc/{container.Pid}/ns/{kind}").LinkTarget!;
}
