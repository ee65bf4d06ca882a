using System.Text;
using Docker.DotNet;
using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;

namespace Swarm.Daemon.Tests.Clients;

/// <summary>Clients of .NET: Docker.DotNet as it is kept now, and Testcontainers upon it.</summary>
[Collection(ClientsNode.Collection)]
public sealed class DotNetClientTests(ClientsNode clients) : IDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(90));

    private Uri Endpoint => new($"unix://{clients.Node.Daemon.Socket}");

    [Fact]
    public async Task A_day_with_docker_dotnet()
    {
        using var docker = new DockerClientBuilder().WithEndpoint(Endpoint).Build();
        var made = await docker.Containers.CreateContainerAsync(
            new CreateContainerParameters
            {
                Image = "box",
                Name = "dotnet",
                Cmd = ["sh", "-c", "echo ready; exec sleep 600"],
                Labels = new Dictionary<string, string> { ["dotnet"] = "1" },
            },
            _patience.Token);
        Assert.True(await docker.Containers.StartContainerAsync(made.ID, new(), _patience.Token));
        Assert.False(await docker.Containers.StartContainerAsync(made.ID, new(), _patience.Token));
        var listed = await docker.Containers.ListContainersAsync(
            new ContainersListParameters
            {
                Filters = new Dictionary<string, IDictionary<string, bool>>
                {
                    ["label"] = new Dictionary<string, bool> { ["dotnet=1"] = true },
                },
            },
            _patience.Token);
        Assert.Equal(made.ID, Assert.Single(listed).ID);

        Assert.Equal(("through", 7), await RunInsideAsync(docker, made.ID));
        using var logs = await docker.Containers.GetContainerLogsAsync(
            made.ID, new ContainerLogsParameters { ShowStdout = true }, _patience.Token);
        Assert.Equal("ready\n", (await logs.ReadOutputToEndAsync(_patience.Token)).stdout);
        var archive = await docker.Containers.GetArchiveFromContainerAsync(
            made.ID, new ContainerPathStatParameters { Path = "/etc/passwd" }, statOnly: false, _patience.Token);
        Assert.Equal("passwd", archive.Stat.Name);

        await docker.Containers.StopContainerAsync(
            made.ID, new ContainerStopParameters { WaitBeforeKillSeconds = 0 }, _patience.Token);
        Assert.Equal(137, (await docker.Containers.WaitContainerAsync(made.ID, _patience.Token)).StatusCode);
        await docker.Containers.RemoveContainerAsync(made.ID, new() { Force = true }, _patience.Token);
        await Assert.ThrowsAsync<DockerContainerNotFoundException>(
            () => docker.Containers.InspectContainerAsync(made.ID, _patience.Token));
        Assert.Equal("1.50", (await docker.System.GetVersionAsync(_patience.Token)).APIVersion);
    }

    [Fact]
    public async Task Testcontainers_bring_two_containers_up_that_talk_by_name()
    {
        await using var network = new NetworkBuilder().WithDockerEndpoint(Endpoint).WithCleanUp(false).Build();
        await using var page = Container("page")
            .WithNetwork(network)
            .WithNetworkAliases("page")
            .WithPortBinding(80, assignRandomHostPort: true)
            .WithResourceMapping("hello\n"u8.ToArray(), "/www/index.html")
            .WithCommand("httpd", "-f", "-p", "80", "-h", "/www")
            .WithWaitStrategy(Wait.ForUnixContainer().UntilHttpRequestIsSucceeded(request => request.ForPort(80)))
            .Build();
        await using var reader = Container("reader")
            .WithNetwork(network)
            .WithCommand("sh", "-c", "until wget -qO- http://page/; do sleep 0.1; done; exec sleep 600")
            .WithWaitStrategy(Wait.ForUnixContainer().UntilMessageIsLogged("hello"))
            .Build();

        await page.StartAsync(_patience.Token);
        await reader.StartAsync(_patience.Token);

        Assert.Equal("hello\n", await clients.Node.FetchAsync(page.GetMappedPublicPort(80)));
        var run = await reader.ExecAsync(["sh", "-c", "echo out; echo err >&2; exit 5"], _patience.Token);
        Assert.Equal(("out\n", "err\n", 5L), (run.Stdout, run.Stderr, run.ExitCode));
        Assert.Equal("hello\n", Encoding.UTF8.GetString(
            await page.ReadFileAsync("/www/index.html", _patience.Token)));
        await reader.StopAsync(_patience.Token);
    }

    public void Dispose() => _patience.Dispose();

    private ContainerBuilder Container(string name) => new ContainerBuilder("box")
        .WithDockerEndpoint(Endpoint)
        .WithName(name)
        .WithCleanUp(false)
        .WithCreateParameterModifier(parameters => parameters.StopTimeout = TimeSpan.Zero);

    private async Task<(string Output, long Code)> RunInsideAsync(DockerClient docker, string container)
    {
        var made = await docker.Exec.CreateContainerExecAsync(
            container,
            new ContainerExecCreateParameters
            {
                Cmd = ["sh", "-c", "cat; exit 7"],
                AttachStdin = true,
                AttachStdout = true,
            },
            _patience.Token);
        using var stream = await docker.Exec.StartContainerExecAsync(made.ID, new(), _patience.Token);
        var input = "through"u8.ToArray();
        await stream.WriteAsync(input, 0, input.Length, _patience.Token);
        stream.CloseWrite();
        var (output, _) = await stream.ReadOutputToEndAsync(_patience.Token);
        return (output, (await docker.Exec.InspectContainerExecAsync(made.ID, _patience.Token)).ExitCode ?? -1);
    }
}
