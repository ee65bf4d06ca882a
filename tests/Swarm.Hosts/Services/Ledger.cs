using System.Collections.Concurrent;
using Swarm.Client;
using Swarm.Client.Compose;
using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Hosts.Services;

/// <summary>What the cluster has acknowledged: it must know it ever after. Stories may do several things at a
/// time.</summary>
public sealed class Ledger(SwarmClient client)
{
    private readonly ConcurrentDictionary<ServiceName, (ServiceSpec Spec, long Version)> _services = new();

    /// <summary>The services that there must be, with the version that was acknowledged.</summary>
    public IReadOnlyDictionary<ServiceName, (ServiceSpec Spec, long Version)> Services => _services;

    /// <summary>Reads the one service of a Compose text, as a file of the stack <c>t</c>.</summary>
    public static ServiceSpec Read(string compose) =>
        ComposeFile.Parse(compose, "/compose.yml", "t", new Dictionary<string, string>()).Services.Single();

    public Task<ServiceName> DeployAsync(string compose) => DeployAsync(Read(compose));

    public async Task<ServiceName> DeployAsync(ServiceSpec spec)
    {
        var accepted = await client.DeployAsync(spec);
        _services[spec.Name] = (spec, accepted.Version);
        return spec.Name;
    }

    public async Task ScaleAsync(ServiceName name, int replicas)
    {
        var accepted = await client.ScaleAsync(name, replicas);
        _services[name] =
            (_services[name].Spec with { Mode = new ServiceMode.Replicated(replicas) }, accepted.Version);
    }

    public async Task RemoveAsync(ServiceName name)
    {
        await client.RemoveAsync(name);
        _services.TryRemove(name, out _);
    }

    /// <summary>A change of which it is not known whether it was taken: it must be there whole or not at all.</summary>
    public void Expect(ServiceSpec spec, long version) => _services[spec.Name] = (spec, version);
}
