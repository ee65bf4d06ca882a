using System.Diagnostics;
using Swarm.Daemon.Tests.Docker;

namespace Swarm.Daemon.Tests.Clients;

/// <summary>Clients in Python: Debian's module, and Debian's docker-compose upon it.</summary>
[Collection(ClientsNode.Collection)]
public sealed class ScriptedClientTests(ClientsNode clients)
{
    private const string ComposeFile = """
        version: "3.8"
        services:
          page:
            build: .
            hostname: page
            environment: { TEXT: hello }
            command: sh -c 'mkdir /www && echo "$$TEXT" >/www/index.html && exec httpd -f -p 80 -h /www'
            ports: ["127.0.0.1::80"]
            volumes: ["kept:/data"]
            healthcheck: { test: "wget -qO- http://127.0.0.1/", interval: 1s }
          reader:
            image: box
            depends_on: [page]
            command: sh -c 'until wget -qO- http://page/; do sleep 0.1; done; exec sleep 600'
            stop_grace_period: 0s
        volumes: { kept: {} }
        """;

    [Fact]
    public async Task A_day_with_pythons_module()
    {
        var day = await EndAsync(clients.Docker.Begin("python3", Repository.At(
            "tests/Swarm.Daemon.Tests/Clients/python_day.py")));

        Assert.True(day.ExitCode == 0, day.Errors);
    }

    [Fact]
    public async Task A_stack_of_docker_compose_comes_up_its_services_talk_and_it_goes_down()
    {
        var folder = Directory.CreateTempSubdirectory("swcompose").FullName;
        await File.WriteAllTextAsync($"{folder}/docker-compose.yml", ComposeFile);
        await File.WriteAllTextAsync($"{folder}/Dockerfile", "FROM box\nLABEL made=here\n");
        try
        {
            await DoAsync(folder, "up", "-d", "--build");
            await clients.Node.UntilAsync(
                async () => (await DoAsync(folder, "logs", "--no-color", "reader")).Contains("hello"),
                () => "the services do not find each other");
            Assert.Equal("hello\n", await DoAsync(folder, "exec", "-T", "reader", "wget", "-qO-", "http://page/"));
            Assert.Contains("127.0.0.1:", await DoAsync(folder, "port", "page", "80"), StringComparison.Ordinal);
            Assert.Equal("2\n", await DoAsync(folder, "run", "--rm", "-T", "reader", "echo", "2"));
            await DoAsync(folder, "up", "-d", "--scale", "reader=2");
            Assert.Equal(3, (await DoAsync(folder, "ps", "-q")).Count(letter => letter == '\n'));
            await File.WriteAllTextAsync(
                $"{folder}/docker-compose.yml", ComposeFile.Replace("hello", "again", StringComparison.Ordinal));
            await DoAsync(folder, "up", "-d", "-t", "0", "page");
            await clients.Node.UntilAsync(
                async () => await DoAsync(
                    folder, "exec", "-T", "reader", "sh", "-c", "wget -qO- http://page/ || true") == "again\n",
                () => "what was changed is not made anew");
        }
        finally
        {
            await DoAsync(folder, "down", "-v", "-t", "0", "--rmi", "local");
            Directory.Delete(folder, recursive: true);
        }

        Assert.Equal("", await clients.Docker.DoAsync("ps", "-aq", "--filter", "label=com.docker.compose.project=day"));
        Assert.Equal("", await clients.Docker.DoAsync("network", "ls", "-q", "--filter", "name=day_default"));
        Assert.Equal("", await clients.Docker.DoAsync("volume", "ls", "-q", "--filter", "name=day_kept"));
    }

    private async Task<string> DoAsync(string folder, params string[] arguments)
    {
        var run = await EndAsync(clients.Docker.Begin(
            "docker-compose", ["--no-ansi", "-p", "day", "-f", $"{folder}/docker-compose.yml", .. arguments]));
        Assert.True(run.ExitCode == 0, $"docker-compose {string.Join(' ', arguments)}: {run}");
        return run.Output;
    }

    private static async Task<DockerRun> EndAsync(Process process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        using (process)
        {
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            try
            {
                var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
                await process.WaitForExitAsync(patience.Token);
                return new DockerRun(process.ExitCode, output, await errors);
            }
            finally
            {
                if (!process.HasExited) process.Kill(entireProcessTree: true);
            }
        }
    }
}
