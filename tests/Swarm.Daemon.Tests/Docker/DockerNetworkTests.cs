using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>Networks, links and ports as people use them with the <c>docker</c> command.</summary>
public sealed class DockerNetworkTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string Sleep = "trap 'exit 0' TERM; sleep 600 & wait";

    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);

    [Fact]
    public async Task A_network_is_made_listed_shown_and_removed()
    {
        var id = await _docker.DoAsync(
            "network", "create", "--subnet", "10.141.0.0/16", "--ip-range", "10.141.5.0/24", "--gateway",
            "10.141.0.9", "--label", "kind=made", "--internal", "--attachable", "made");
        Assert.Matches("^[0-9a-f]{64}$", id);

        Assert.Equal("made bridge local", await _docker.DoAsync(
            "network", "ls", "--filter", "label=kind=made", "--format", "{{.Name}} {{.Driver}} {{.Scope}}"));
        Assert.Equal("10.141.0.0/16 10.141.5.0/24 10.141.0.9 true true made", await _docker.DoAsync(
            "network", "inspect", "-f",
            "{{range .IPAM.Config}}{{.Subnet}} {{.IPRange}} {{.Gateway}}{{end}} {{.Internal}} {{.Attachable}} "
            + "{{index .Labels \"kind\"}}", id[..12]));
        Assert.Equal("bridge\nhost\nnone", await _docker.DoAsync(
            "network", "ls", "--filter", "type=builtin", "--format", "{{.Name}}"));
        await RefusedAsync("already exists", "network", "create", "made");
        await RefusedAsync("Pool overlaps", "network", "create", "--subnet", "10.141.8.0/24", "other");
        await RefusedAsync("pre-defined network and cannot be removed", "network", "rm", "bridge");
        await RefusedAsync("not supported", "network", "create", "--driver", "macvlan", "other");
        await RefusedAsync("not supported", "network", "create", "--ipv6", "other");
        Assert.Equal("made", await _docker.DoAsync("network", "rm", "made"));
        await RefusedAsync("network made not found", "network", "rm", "made");
    }

    [Fact]
    public async Task A_container_has_the_address_and_the_aliases_it_was_asked_for_in_each_network()
    {
        await _docker.DoAsync("network", "create", "--subnet", "10.142.0.0/24", "front");
        await _docker.DoAsync("network", "create", "back");
        await _docker.DoAsync(
            "run", "-d", "--name", "placed", "--network", "name=front,ip=10.142.0.77,alias=www,"
            + "mac-address=02:aa:00:00:00:07", "--network", "name=back,alias=store", "box", "sh", "-c", Sleep);

        Assert.Equal("10.142.0.77 02:aa:00:00:00:07 [www] [store]", await _docker.DoAsync(
            "inspect", "-f", "{{with .NetworkSettings.Networks}}{{.front.IPAddress}} {{.front.MacAddress}} "
            + "{{.front.Aliases}} {{.back.Aliases}}{{end}}", "placed"));
        var devices = await _docker.DoAsync("exec", "placed", "ip", "-4", "-o", "addr");
        Assert.Contains("10.142.0.77/24", devices, StringComparison.Ordinal);
        Assert.Contains("eth1", devices, StringComparison.Ordinal);
        Assert.Equal("placed", await _docker.DoAsync("ps", "--filter", "network=back", "--format", "{{.Names}}"));
        await RefusedAsync("has active endpoints (name:\"placed\"", "network", "rm", "front");
        await RefusedAsync(
            "Address already in use", "run", "--rm", "--network", "front", "--ip", "10.142.0.77", "box", "true");
        await RefusedAsync("network no-such not found", "run", "--rm", "--network", "no-such", "box", "true");
        await RefusedAsync(
            "user defined networks only", "run", "--rm", "--ip", "172.30.0.99", "box", "true");

        await _docker.DoAsync("rm", "-f", "placed");
        await _docker.DoAsync("network", "rm", "front", "back");
    }

    [Fact]
    public async Task A_container_is_connected_and_disconnected_running_and_stopped()
    {
        await _docker.DoAsync("network", "create", "late");
        await _docker.DoAsync("run", "-d", "--name", "joiner", "box", "sh", "-c", Sleep);

        await _docker.DoAsync("network", "connect", "--alias", "j", "late", "joiner");
        Assert.Contains("eth1", await _docker.DoAsync("exec", "joiner", "ip", "-o", "link"), StringComparison.Ordinal);
        Assert.Equal("joiner", await _docker.DoAsync(
            "network", "inspect", "-f", "{{range .Containers}}{{.Name}}{{end}}", "late"));
        await RefusedAsync("already exists in network late", "network", "connect", "late", "joiner");
        await _docker.DoAsync("network", "disconnect", "bridge", "joiner");
        Assert.DoesNotContain("eth0", await _docker.DoAsync("exec", "joiner", "ip", "-o", "link"),
            StringComparison.Ordinal);
        await RefusedAsync("is not connected to network bridge", "network", "disconnect", "bridge", "joiner");

        await _docker.DoAsync("stop", "joiner");
        await _docker.DoAsync("network", "connect", "bridge", "joiner");
        await _docker.DoAsync("start", "joiner");
        Assert.Equal("bridge late", (await _docker.DoAsync(
            "inspect", "-f", "{{range $k, $v := .NetworkSettings.Networks}}{{if $v.IPAddress}}{{$k}} {{end}}{{end}}",
            "joiner")).Trim());
        await _docker.DoAsync("rm", "-f", "joiner");
        Assert.Contains("late", await _docker.DoAsync("network", "prune", "-f"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_joins_a_network_and_leaves_it_is_told_when_it_runs()
    {
        var begun = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        await _docker.DoAsync("network", "create", "told");
        await _docker.DoAsync("create", "--name", "waits", "box", "true");
        await _docker.DoAsync("network", "connect", "told", "waits");
        await _docker.DoAsync("create", "--name", "never", "--network", "told", "box", "true");
        await _docker.DoAsync("rm", "never");
        await _docker.DoAsync("run", "--rm", "--network", "host", "box", "true");
        await _docker.DoAsync("run", "--rm", "--network", "none", "box", "true");
        await _docker.DoAsync("start", "-a", "waits");
        await _docker.DoAsync("rm", "waits");
        await _docker.DoAsync("network", "rm", "told");

        string[] told = (await _docker.DoAsync(
            "events", "--since", $"{begun}", "--until", $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}",
            "--filter", "type=network", "--format", "{{.Action}} {{.Actor.Attributes.name}} "
            + "{{.Actor.Attributes.type}} {{with .Actor.Attributes.container}}of one{{end}}")).Split('\n');
        Assert.Equal(
            [
                "create told bridge", "connect host host of one", "disconnect host host of one",
                "connect none null of one", "disconnect none null of one", "connect bridge bridge of one",
                "connect told bridge of one", "disconnect bridge bridge of one", "disconnect told bridge of one",
                "destroy told bridge",
            ],
            told.Select(line => line.Trim()).SkipWhile(line => line != "create told bridge"));
    }

    [Fact]
    public async Task A_linked_container_is_in_hosts_and_environment_also_after_it_got_another_address()
    {
        await _docker.DoAsync(
            "run", "-d", "--name", "db", "--expose", "5432", "-e", "PGDATA=/data", "box", "sh", "-c", Sleep);
        var address = await _docker.DoAsync("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "db");
        await _docker.DoAsync("run", "-d", "--name", "app", "--link", "db:store", "box", "sh", "-c", Sleep);

        var environment = await _docker.DoAsync("exec", "app", "env");
        Assert.Contains($"STORE_PORT_5432_TCP_ADDR={address}", environment, StringComparison.Ordinal);
        Assert.Contains("STORE_ENV_PGDATA=/data", environment, StringComparison.Ordinal);
        Assert.Contains("STORE_NAME=/app/store", environment, StringComparison.Ordinal);
        Assert.Contains($"{address}\tstore ", await HostsAsync(), StringComparison.Ordinal);
        Assert.Equal("[/db:/app/store]", await _docker.DoAsync("inspect", "-f", "{{.HostConfig.Links}}", "app"));

        await _docker.DoAsync("restart", "-t", "1", "db");
        var next = await _docker.DoAsync("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "db");
        Assert.NotEqual(address, next);
        Assert.Contains($"{next}\tstore ", await HostsAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain($"{address}\tstore ", await HostsAsync(), StringComparison.Ordinal);

        await _docker.DoAsync("rm", "-f", "db");
        await RefusedAsync("could not get container for db", "run", "--rm", "--link", "db", "box", "true");
        Assert.Contains($"{next}\tstore ", await HostsAsync(), StringComparison.Ordinal);
        await _docker.DoAsync("run", "-d", "--name", "db", "box", "sh", "-c", Sleep);
        await RefusedAsync(
            "Cannot link to a non running container: /db AS /app/store", "restart", "-t", "1", "app");
        Assert.Equal("[/db:/app/store]", await _docker.DoAsync("inspect", "-f", "{{.HostConfig.Links}}", "app"));
        await _docker.DoAsync("rm", "-f", "app", "db");

        Task<string> HostsAsync() => _docker.DoAsync("exec", "app", "cat", "/etc/hosts");
    }

    [Fact]
    public async Task A_link_is_taken_away_and_the_containers_stay()
    {
        await _docker.DoAsync("run", "-d", "--name", "db", "box", "sh", "-c", Sleep);
        await _docker.DoAsync("run", "-d", "--name", "app", "--link", "db:store", "box", "sh", "-c", Sleep);

        await RefusedAsync("container app has no link nosuch", "rm", "--link", "app/nosuch");
        await RefusedAsync("cannot remove the default link name", "rm", "--link", "app");
        await RefusedAsync("No such container: app/store", "rm", "app/store");
        Assert.Equal("/app/store", await _docker.DoAsync("rm", "--link", "/app/store"));

        Assert.DoesNotContain(
            "store", await _docker.DoAsync("exec", "app", "cat", "/etc/hosts"), StringComparison.Ordinal);
        await _docker.DoAsync("rm", "-f", "db");
        await _docker.DoAsync("restart", "-t", "0", "app");
        Assert.Equal("[]", await _docker.DoAsync("inspect", "-f", "{{.HostConfig.Links}}", "app"));
        await _docker.DoAsync("rm", "-f", "app");
    }

    [Fact]
    public async Task A_container_uses_the_network_of_another()
    {
        await _docker.DoAsync("run", "-d", "--name", "owner", "box", "sh", "-c", Sleep);

        Assert.Equal(
            await _docker.DoAsync("exec", "owner", "ip", "-4", "-o", "addr"),
            await _docker.DoAsync("run", "--rm", "--network", "container:owner", "box", "ip", "-4", "-o", "addr"));
        Assert.Equal(
            await _docker.DoAsync("exec", "owner", "cat", "/etc/hosts"),
            await _docker.DoAsync("run", "--rm", "--network", "container:owner", "box", "cat", "/etc/hosts"));
        Assert.Equal(
            await _docker.DoAsync("exec", "owner", "hostname"),
            await _docker.DoAsync("run", "--rm", "--network", "container:owner", "box", "hostname"));
        await _docker.DoAsync("rm", "-f", "owner");
    }

    [Fact]
    public async Task Ports_of_the_host_may_be_several_any_or_one_of_several()
    {
        var first = FreePorts.Next();
        await _docker.DoAsync(
            "run", "-d", "--name", "ports", "-p", $"{first}-{first + 1}:80-81", "-p", "127.0.0.1::90/udp",
            "-p", $"{first}-{first + 9}:70", "box", "sh", "-c", Sleep);

        Assert.Equal($"0.0.0.0:{first}", await _docker.DoAsync("port", "ports", "80"));
        Assert.Equal($"0.0.0.0:{first + 1}", await _docker.DoAsync("port", "ports", "81"));
        Assert.StartsWith("127.0.0.1:", await _docker.DoAsync("port", "ports", "90/udp"), StringComparison.Ordinal);
        Assert.Equal($"0.0.0.0:{first + 2}", await _docker.DoAsync("port", "ports", "70"));
        await RefusedAsync("is taken by container", "run", "--rm", "-p", $"{first}:80", "box", "true");
        await RefusedAsync("sctp is not supported", "run", "--rm", "-p", "80:80/sctp", "box", "true");
        await _docker.DoAsync("rm", "-f", "ports");
    }

    private async Task RefusedAsync(string words, params string[] arguments)
    {
        var run = await _docker.RunAsync(arguments);
        Assert.True(run.ExitCode != 0, $"docker {string.Join(' ', arguments)}: {run}");
        Assert.Contains(words, run.Errors, StringComparison.Ordinal);
    }
}
