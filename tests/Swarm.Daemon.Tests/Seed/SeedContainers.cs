using Swarm.Daemon.Tests.Docker;
using Swarm.Daemon.Tests.Services;

namespace Swarm.Daemon.Tests.Seed;

/// <summary>A node on which the containers of 2015 run, made by the <c>docker</c> command.</summary>
public sealed class SeedContainers : IAsyncLifetime
{
    private const string Application = "/home/german/bestwebappever/";

    private readonly List<string> _made = [];
    private TestNode? _node;

    internal TestNode Node => _node ?? throw new InvalidOperationException("the node has not been started");

    internal DockerClient Docker => new(Node.Daemon.Socket);

    public async Task InitializeAsync()
    {
        _node = await TestNode.StartAsync();
        try
        {
            MakeApplication();
            await SeedImages.MakeAsync(Docker);
            // What was told as postgresql_data and requirements_data is a whole path today.
            await MakeDataAsync(SeedDocument.Postgres, "/postgresql_data");
            await MakeDataAsync(SeedDocument.WebApplication, "/requirements_data");
            await RunAsync("bestwebappever.dev.redis", "redis");
            await StartDatabaseAsync();
            await StartApplicationAsync();
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public async Task DisposeAsync()
    {
        if (_node is { } node) await node.DisposeAsync();
        foreach (var path in Enumerable.Reverse(_made))
        {
            if (Directory.Exists(path)) Directory.Delete(path);
            else File.Delete(path);
        }
    }

    internal Task StartDatabaseAsync() => RunAsync(
        SeedDocument.Postgres.Name, "postgres",
        [
            .. SeedDocument.Postgres.Words("HostConfig.VolumesFrom").SelectMany(
                from => new[] { "--volumes-from", from }),
        ]);

    internal Task StartApplicationAsync() => RunAsync(
        SeedDocument.WebApplication.Name, $"{SeedDocument.WebApplication.Find("Config.Image")}",
        [
            .. SeedDocument.WebApplication.Words("HostConfig.Binds").SelectMany(bind => new[] { "-v", bind }),
            .. SeedDocument.WebApplication.Words("HostConfig.VolumesFrom").SelectMany(
                from => new[] { "--volumes-from", from }),
            .. SeedDocument.WebApplication.Words("HostConfig.Links").SelectMany(
                link => new[] { "--link", LinkOf(link) }),
            "-p", "8887:80",
        ]);

    /// <remarks>Made and then started: so its streams are those of one that was run in the foreground.</remarks>
    private async Task RunAsync(string name, string image, params string[] options)
    {
        await Docker.DoAsync(["create", "--name", name, .. options, image]);
        await Docker.DoAsync("start", name);
    }

    private async Task MakeDataAsync(SeedDocument user, string volume)
    {
        foreach (var name in user.Words("HostConfig.VolumesFrom"))
            await Docker.DoAsync("create", "--name", name, "-v", volume, "box", "true");
    }

    /// <summary><c>/NAME:/OWN/ALIAS</c>, as it is told, in the words in which it is asked for.</summary>
    private static string LinkOf(string told) =>
        $"{told.Split(':')[0].TrimStart('/')}:{told.Split('/')[^1]}";

    private void MakeApplication()
    {
        foreach (var folder in (string[])["/home/german", Application.TrimEnd('/'), Application + "cgi-bin"])
        {
            if (Directory.Exists(folder)) continue;
            Directory.CreateDirectory(folder);
            _made.Add(folder);
        }

        Write(Application + "index.html", "the best web application ever\n");
        Write(Application + "cgi-bin/neighbours", SeedImages.Page + "\n");
    }

    private void Write(string path, string text)
    {
        if (File.Exists(path)) throw new InvalidOperationException($"{path} is there, and is not of this test");
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
        _made.Add(path);
    }
}
