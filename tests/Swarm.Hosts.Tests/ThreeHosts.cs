namespace Swarm.Hosts.Tests;

/// <summary>One cluster of three hosts for all scenarios of a collection: forming it takes longer than most of
/// them.</summary>
public sealed class ThreeHosts : IAsyncLifetime
{
    public const string Name = "three hosts";
    private SwarmHosts? _hosts;

    public SwarmHosts Hosts => _hosts ?? throw new InvalidOperationException("the hosts have not been started");

    public async Task InitializeAsync() => _hosts = await SwarmHosts.StartAsync(new HostsOptions
    {
        Count = 3,
        // What is where is the scenarios' to say. Lost after longer than any host is away that is only started again.
        Settings = """
            swarm.images { copies = 1, copy-lost-after = 15s }
            # Registries on hosts.
            swarm.images.insecure-registries = ["10.0.0.0/8"]
            """,
    });

    public async Task DisposeAsync()
    {
        if (_hosts is { } hosts) await hosts.DisposeAsync();
    }
}
