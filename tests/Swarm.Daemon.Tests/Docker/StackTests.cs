using Swarm.Client.Compose;
using Swarm.Core;
using Swarm.Core.Services;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>What a Compose file says of containers, seen in them.</summary>
public sealed class StackTests(SharedNode shared) : IClassFixture<SharedNode>
{
    private const string Compose = """
        services:
          one:
            image: box
            command: ["sh", "-c", "mkdir -p /data/in && echo below > /data/in/told; exec sleep 600"]
            stop_grace_period: 0s
            init: true
            hostname: h
            domainname: d.example
            ulimits: {nofile: {soft: 100, hard: 200}}
            sysctls: {net.core.somaxconn: 77}
            devices: ["/dev/zero:/dev/mine:r"]
            group_add: [77]
            oom_score_adj: 300
            dns_search: [a.example]
            dns_opt: ["ndots:3"]
            extra_hosts: {host: host-gateway}
            security_opt: [seccomp=unconfined, no-new-privileges]
            shm_size: 1m
            tmpfs: ["/scratch:size=1m,uid=7"]
            volumes:
              - "data:/data"
              - {type: volume, source: data, target: /seen, read_only: true}
              - {type: volume, source: scratch, target: /small}
            logging: {driver: local, options: {max-file: 2}}
            networks: {default: {aliases: [www, store.example]}}
          two:
            image: box
            command: ["sleep", "600"]
            stop_grace_period: 0s
            pid: host
            ipc: host
            uts: host
            links: ["one:uno"]
        volumes:
          data: {labels: [of=stack]}
          scratch: {driver_opts: {type: tmpfs, device: tmpfs, o: size=1m}}
        """;

    private readonly DockerClient _docker = new(shared.Node.Daemon.Socket);

    [Fact]
    public async Task Services_have_what_their_file_says()
    {
        var stack = ComposeFile.Parse(Compose, "/compose.yml", "t", new Dictionary<string, string>());
        foreach (var service in stack.Services) await shared.Node.Client.DeployAsync(service);
        var (one, two) = (await RunningAsync(stack.Services[0].Name), await RunningAsync(stack.Services[1].Name));

        Assert.Equal(
            """
            docker-init
            100 200
            77
            2
            0 77
            300
            search a.example
            options ndots:3
            Seccomp:	0
            NoNewPrivs:	1
            h.d.example h
            1024
            7 1024
            below
            tmpfs
            """,
            await _docker.DoAsync("exec", one, "sh", "-c", """
                cat /proc/1/comm
                echo $(ulimit -Sn) $(ulimit -Hn)
                cat /proc/sys/net/core/somaxconn
                head -c 2 /dev/mine | wc -c
                id -G
                cat /proc/1/oom_score_adj
                grep search /etc/resolv.conf
                grep options /etc/resolv.conf
                grep Seccomp: /proc/1/status
                grep NoNewPrivs /proc/1/status
                grep -o 'h.d.example h' /etc/hosts
                df -k /dev/shm | awk 'NR == 2 { print $2 }'
                echo $(stat -c %u /scratch) $(df -k /scratch | awk 'NR == 2 { print $2 }')
                cat /seen/in/told
                awk '$2 == "/small" { print $3 }' /proc/mounts
                """));
        Assert.NotEqual(0, (await _docker.RunAsync("exec", one, "touch", "/seen/more")).ExitCode);
        Assert.Equal("local map[max-file:2]", await _docker.DoAsync(
            "inspect", "-f", "{{.HostConfig.LogConfig.Type}} {{.HostConfig.LogConfig.Config}}", one));
        Assert.Equal("stack", await _docker.DoAsync("volume", "inspect", "-f", "{{.Labels.of}}", "t_data"));
        await TwoFindsOneAsync(one, two);
        foreach (var service in stack.Services) await shared.Node.RemoveAsync(service.Name);
    }

    private async Task TwoFindsOneAsync(string one, string two)
    {
        var address = await _docker.DoAsync(
            "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", one);
        foreach (var name in (string[])["one", "www", "store.example", "uno"])
        {
            var answer = await _docker.RunAsync("exec", two, "nslookup", name);
            Assert.Contains(address, answer.Output, StringComparison.Ordinal);
        }

        var unknown = await _docker.RunAsync("exec", one, "nslookup", "uno");
        Assert.DoesNotContain(address, unknown.Output, StringComparison.Ordinal);
        Assert.Equal(Environment.MachineName, await _docker.DoAsync("exec", two, "hostname"));
        Assert.Contains(
            "conmon",
            (await _docker.RunAsync("exec", two, "sh", "-c", "cat /proc/[0-9]*/comm")).Output,
            StringComparison.Ordinal);
    }

    private async Task<string> RunningAsync(ServiceName name) => (await shared.Node.UntilAsync(
            name, service => service.Tasks.Any(task => task.State == TaskState.Running)))
        .Tasks.First(task => task.State == TaskState.Running).Container!.Id.Value;
}
