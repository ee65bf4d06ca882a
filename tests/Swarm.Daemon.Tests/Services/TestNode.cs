using System.Text.Json;
using Swarm.Client;
using Swarm.Client.Compose;
using Swarm.Client.Images;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Daemon.Tests.Services;

/// <summary>A real swarmd with the image <c>box</c>, and what a user has to work with it.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private static readonly TimeSpan Patience = global::Swarm.Tests.Patience.Seconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _web = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(2),
    };

    public required DaemonProcess Daemon { get; init; }

    public SwarmClient Client { get; private set; } = null!;

    public string Id { get; private set; } = "";

    /// <param name="settings">Beside those that every node of a test has.</param>
    public static Task<TestNode> StartAsync(params string[] settings) =>
        StartAsync(new DaemonProcess { Settings = settings });

    public static async Task<TestNode> StartAsync(DaemonProcess daemon)
    {
        var node = new TestNode { Daemon = daemon };
        try
        {
            await node.Daemon.StartAsync();
            using var info = JsonDocument.Parse(await node.Daemon.GetAsync("/info"));
            node.Id = info.RootElement.GetProperty("ID").GetString()!;
            using var images = new ImageClient(node.Daemon.Socket);
            await images.ImportAsync(BusyboxArchive.Open(), "box", "latest");
            node.Client = SwarmClient.Connect(new SwarmClientOptions
            {
                Contacts = [$"127.0.0.1:{node.Daemon.Port}"],
                Timeout = TimeSpan.FromSeconds(25),
            });
            // The first request waits until the cluster is found: what is timed later does not.
            await node.Client.GetServicesAsync();
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    public static int FreePort() => FreePorts.Next();

    /// <summary>Reads the one service of a Compose text, as a file of the stack <c>t</c>.</summary>
    public static ServiceSpec Read(string compose) =>
        ComposeFile.Parse(compose, "/compose.yml", "t", new Dictionary<string, string>()).Services.Single();

    public async Task<ServiceSpec> DeployAsync(string compose)
    {
        var spec = Read(compose);
        await Client.DeployAsync(spec);
        return spec;
    }

    /// <summary>Deploys, and waits until all of it runs.</summary>
    public async Task<ServiceDetails> RunAsync(string compose)
    {
        var spec = await DeployAsync(compose);
        return await UntilAsync(spec.Name, service => ServiceProgress.Of(service).Outcome == ProgressOutcome.Reached);
    }

    public HostTraces Traces() => HostTraces.Of(Daemon, Id);

    /// <summary>Kills swarmd and starts it again.</summary>
    public async Task ReplaceDaemonAsync()
    {
        await Daemon.KillAsync();
        await Daemon.StartAsync();
    }

    /// <summary>Looks at a service until it is as told.</summary>
    public async Task<ServiceDetails> UntilAsync(ServiceName name, Func<ServiceDetails, bool> isSo)
    {
        ServiceDetails? last = null;
        await UntilAsync(async () => isSo(last = await Client.GetServiceAsync(name)), () => Describe(last));
        return last!;
    }

    /// <summary>Removes a service, and waits until nobody knows it any more.</summary>
    public async Task RemoveAsync(ServiceName name)
    {
        await Client.RemoveAsync(name);
        await UntilGoneAsync(name);
    }

    public Task UntilGoneAsync(ServiceName name) => UntilAsync(
        async () =>
        {
            try
            {
                await Client.GetServiceAsync(name);
                return false;
            }
            catch (SwarmRefusedException refused) when (refused.NotFound)
            {
                return true;
            }
        },
        () => $"{name} is there still");

    /// <summary>Looks at the host until it is as told.</summary>
    public async Task<HostTraces> UntilTracesAsync(Func<HostTraces, bool> are)
    {
        HostTraces? last = null;
        await UntilAsync(() => Task.FromResult(are(last = Traces())), () => Describe(last));
        return last!;
    }

    /// <summary>Waits for what comes by itself, within a bound.</summary>
    /// <param name="last">Says in a failure how it was at last.</param>
    public async Task UntilAsync(Func<Task<bool>> isSo, Func<string> last)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                Assert.Fail($"not within {Patience}: {last()}\n{string.Join('\n', Daemon.Output.TakeLast(60))}");
            }

            await Task.Delay(LookEvery, TimeProvider.System);
        }
    }

    /// <summary>Asks the published port, once.</summary>
    public Task<string> FetchAsync(int port) => _web.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"));

    public async ValueTask DisposeAsync()
    {
        _web.Dispose();
        if (Client is not null) await Client.DisposeAsync();
        await Daemon.DisposeAsync();
    }

    private static string Describe(ServiceDetails? service) => service is null ? "no answer" : string.Join(
        '\n', service.Tasks
            .Select(task => task.ToString())
            .Prepend($"version {service.Version}, {service.Update}, {service.Job}"));

    private static string Describe(HostTraces? traces) => traces is null ? "" : JsonSerializer.Serialize(traces);
}
