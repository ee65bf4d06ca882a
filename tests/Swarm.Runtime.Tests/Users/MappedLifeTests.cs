using System.Net.Sockets;
using Swarm.Core.Containers;
using Swarm.Linux.Users;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Tests.Users;

/// <summary>Networks, restarts and ends of containers whose users are mapped.</summary>
[Collection(MappedCollection.Name)]
public sealed class MappedLifeTests : IAsyncLifetime
{
    private readonly MappedFixture _fixture = new();

    private static ContainerSpec Sleep => MappedFixture.Sleep;

    private static ContainerSpec Networked => Sleep with { NetworkMode = NetworkMode.Bridge };

    public Task InitializeAsync() => _fixture.InitializeAsync();

    public Task DisposeAsync() => _fixture.DisposeAsync();

    [Fact]
    public async Task A_network_namespace_is_the_container_s_own_to_rule()
    {
        foreach (var name in (string[])["red", "blue"])
            await _fixture.Engine.Networks.CreateAsync(new NetworkDefinition(name), default);
        var networked = Networked with { Endpoints = [new EndpointSpec("red")] };
        var first = await _fixture.StartAsync(networked with { AddCapabilities = ["NET_ADMIN"] });
        var second = await _fixture.StartAsync(networked with
        {
            User = "worker",
            Command = ["sh", "-c", "while :; do echo hello | busybox nc -l -p 80; done"],
        });
        var address = second.Endpoints[0].Address;

        await _fixture.OutputAsync(first, $"ping -c 1 -W 5 {address}");
        Assert.Equal("0\t65535", await _fixture.OutputAsync(first, "cat /proc/sys/net/ipv4/ping_group_range"));
        Assert.Equal("eth0 lo", await _fixture.OutputAsync(first, "echo $(ls /sys/class/net)"));
        await _fixture.OutputAsync(first, "busybox ip link set eth0 mtu 1400");
        Assert.Equal("hello", await AskAsync(address));
        await _fixture.Engine.Networks.ConnectAsync(first.Id, new EndpointSpec("blue"), default);
        Assert.Equal("eth0 eth1 lo", await _fixture.OutputAsync(first, "echo $(ls /sys/class/net)"));
    }

    [Fact]
    public async Task A_container_keeps_its_users_whatever_the_next_engine_is_told()
    {
        var container = await _fixture.StartAsync(Networked);
        await _fixture.OutputAsync(container, "echo x > /mine");
        var other = new IdMap([new IdRange(0, 500000, 65536)], [new IdRange(0, 500000, 65536)]);
        foreach (var users in (IdMap?[])[null, other])
        {
            await _fixture.ReopenAsync(_fixture.Options with { Users = users });

            Assert.Equal("0", await _fixture.OutputAsync(container, "stat -c %u /mine"));
            await StopAsync(container);
            container = await _fixture.Engine.StartAsync(container.Id, default);
            Assert.Equal(MappedFixture.First, MappedFixture.UserOnHost(container));
            Assert.Equal("0", await _fixture.OutputAsync(container, "echo y >> /mine && stat -c %u /mine"));
            Assert.Equal(users?.Root.User ?? 0, MappedFixture.UserOnHost(await _fixture.StartAsync(Sleep)));
            Assert.Equal(
                "700", Host.Run("stat", "-c", "%a", _fixture.Folder + "/data/volumes").Trim());
        }
    }

    [Fact]
    public async Task Nothing_of_a_container_is_left_when_it_is_gone()
    {
        var before = Traces();
        for (var i = 0; i < 5; i++)
        {
            var container = await _fixture.StartAsync(Networked with
            {
                Mounts = [new MountSpec(MountKind.Volume, "", "/data")],
            });
            await StopAsync(container);
            await _fixture.Engine.StartAsync(container.Id, default);
            await _fixture.Engine.RemoveAsync(container.Id, default);
        }

        Assert.Equal(before, Traces());
        Assert.Empty(_fixture.Images.WritableLayers());
        Assert.Empty(Directory.GetFileSystemEntries(_fixture.Folder + "/run/state/sub"));
        Assert.Empty(Directory.GetFileSystemEntries(_fixture.Folder + "/run/netns"));
    }

    [Fact]
    public async Task Nothing_is_left_either_where_the_container_cannot_be_made()
    {
        var before = Traces();

        await Assert.ThrowsAsync<ContainerException>(() => _fixture.CreateAsync(
            Networked with { Command = ["/no/such"] }));

        Assert.Equal(before, Traces());
        Assert.Empty(Directory.GetFileSystemEntries(_fixture.Folder + "/run/state/sub"));
        Assert.Empty(Directory.GetFileSystemEntries(_fixture.Folder + "/run/netns"));
    }

    [Fact]
    public async Task An_engine_whose_roots_mapped_users_cannot_pass_to_says_which_folder_is_shut()
    {
        File.SetUnixFileMode(_fixture.Folder, (UnixFileMode)0x1c0);

        var refused = await Assert.ThrowsAsync<ContainerException>(() => _fixture.ReopenAsync(_fixture.Options));

        Assert.Equal(
            $"users of containers are mapped, and may not pass {_fixture.Folder} to their roots: "
            + $"chmod o+x {_fixture.Folder}",
            refused.Message);
        File.SetUnixFileMode(_fixture.Folder, (UnixFileMode)0x1c9);
        await _fixture.ReopenAsync(_fixture.Options);
    }

    [Fact]
    public async Task An_engine_whose_files_cannot_be_shown_with_other_owners_says_so()
    {
        var data = Directory.CreateDirectory(_fixture.Folder + "/odd").FullName;
        // A file system of which no copy with other owners can be had.
        Host.Run("mount", "-t", "ramfs", "ramfs", data);
        try
        {
            var refused = await Assert.ThrowsAsync<ContainerException>(
                () => _fixture.ReopenAsync(_fixture.Options with { DataRoot = data }));

            Assert.StartsWith(
                "users of containers cannot be mapped on this host (swarm.runtime.userns-remap): mount_setattr idmap",
                refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            Linux.Mounts.Mounting.Unmount(data, detach: true);
        }

        await _fixture.ReopenAsync(_fixture.Options);
    }

    private async Task StopAsync(ContainerState container)
    {
        _fixture.Engine.Signal(container.Id, 9);
        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        await foreach (var exit in _fixture.Engine.Exits.ReadAllAsync(patience.Token))
        {
            if (exit.Id == container.Id) return;
        }
    }

    /// <summary>Mounts and processes that belong to containers of this engine.</summary>
    private (int Mounts, int Processes) Traces() => (
        File.ReadLines("/proc/self/mountinfo").Count(line => line.Contains(_fixture.Folder, StringComparison.Ordinal)),
        Directory.GetDirectories("/proc").Count(IsMapped));

    private static bool IsMapped(string process)
    {
        try
        {
            return File.ReadAllText(process + "/uid_map").Contains(" 300000 ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // no process, or gone meanwhile
        }
    }

    private static async Task<string> AskAsync(string address)
    {
        using var client = new TcpClient();
        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        while (true)
        {
            try
            {
                await client.ConnectAsync(address, 80, patience.Token);
                break;
            }
            catch (SocketException)
            {
                // It does not listen yet.
                await Task.Delay(20, patience.Token);
            }
        }

        using var reader = new StreamReader(client.GetStream());
        return (await reader.ReadLineAsync(patience.Token))!;
    }
}
