using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux;
using Swarm.Linux.Networking;

namespace Swarm.Runtime.Networks;

/// <summary>Networks as bridges of this host, by our own rtnetlink and one nftables table of our own.</summary>
/// <remarks>
/// All is done in order by one thread. Disposing leaves everything as it is, for containers outlive the daemon.
/// Drawn in docs/networks.md.
/// </remarks>
public sealed class BridgeNetworkPlane : INetworkPlane
{
    private readonly NetworkOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<BridgeNetworkPlane> _logger;
    private readonly NetworkThread _thread;

    // Only touched on the network thread.
    private HostNetwork? _host;
    private bool _disposed;

    // Written on the network thread, read by all.
    private volatile StrongBox<ImmutableArray<NetworkDefinition>> _networks = new([]);

    /// <exception cref="ArgumentException">Settings out of their range, all named.</exception>
    public BridgeNetworkPlane(NetworkOptions options, TimeProvider time, ILogger<BridgeNetworkPlane> logger)
    {
        _options = options.Checked();
        (_time, _logger) = (time, logger);
        _thread = new NetworkThread($"network {options.NamePrefix}", options.HostNamespace);
    }

    public string DefaultNetwork => _options.DefaultNetwork;

    public ImmutableArray<NetworkDefinition> Networks => _networks.Value;

    public Task OpenAsync(IReadOnlySet<ContainerId> alive, CancellationToken cancellation) => Do(
        "The networks of this host could not be opened",
        () =>
        {
            if (_host is not null) throw new InvalidOperationException("The networks are open already");
            var host = new HostNetwork(_options, _time);
            try
            {
                host.Recover(alive, _logger);
            }
            catch
            {
                host.Dispose();
                throw;
            }

            _host = host;
            return true;
        },
        cancellation);

    public Task<NetworkDefinition> CreateNetworkAsync(NetworkDefinition wanted, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        return Do(
            $"Network {wanted.Name} could not be made", () => Opened.Bridges.Define(wanted), cancellation);
    }

    public Task RemoveNetworkAsync(string name, CancellationToken cancellation) => Do(
        $"Network {name} could not be removed",
        () =>
        {
            Opened.Bridges.Undefine(name);
            return true;
        },
        cancellation);

    public Task<NetworkAttachment> AttachAsync(
        ContainerId container, NetworkWish wish, CancellationToken cancellation) => Do(
            $"Container {container.Short} could not be attached to its networks",
            () => Opened.Attachments.Attach(container, wish), cancellation);

    public Task<NetworkAttachment?> FindAsync(ContainerId container, CancellationToken cancellation) => Do(
        $"The networks of container {container.Short} could not be found",
        () => Opened.Attachments.Find(container), cancellation);

    public Task<NetworkAttachment> ConnectAsync(
        ContainerId container, EndpointSpec endpoint, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return Do(
            $"Container {container.Short} could not be connected to network {endpoint.Network}",
            () => Opened.Attachments.Connect(container, endpoint), cancellation);
    }

    public Task<NetworkAttachment> DisconnectAsync(
        ContainerId container, string network, CancellationToken cancellation) => Do(
            $"Container {container.Short} could not be disconnected from network {network}",
            () => Opened.Attachments.Disconnect(container, network), cancellation);

    public Task DetachAsync(ContainerId container, CancellationToken cancellation) => Do(
        $"Container {container.Short} could not be detached from its networks",
        () =>
        {
            Opened.Attachments.Detach(container);
            return true;
        },
        cancellation);

    public Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation) => Do(
        "The ingress routes could not be set",
        () =>
        {
            Opened.SetIngress(routes.IsDefault ? [] : routes);
            return true;
        },
        cancellation);

    public Task DestroyAsync(CancellationToken cancellation) => Do(
        "The networks of this host could not be removed",
        () =>
        {
            Opened.Destroy();
            _host?.Dispose();
            _host = null;
            return true;
        },
        cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            await _thread.InvokeAsync(
                () =>
                {
                    _host?.Dispose();
                    _host = null;
                    return true;
                },
                CancellationToken.None).ConfigureAwait(false);
        }
        catch (LinuxException)
        {
            // The thread never got into its namespace, so nothing was opened.
        }

        _thread.Dispose();
    }

    private HostNetwork Opened => _host ?? throw new InvalidOperationException("The networks have not been opened");

    private async Task<T> Do<T>(string failed, Func<T> work, CancellationToken cancellation)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        try
        {
            return await _thread.InvokeAsync(() => Told(work), cancellation).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ContainerException(ContainerFault.Host, $"{failed}: {refused.Message}", refused);
        }
    }

    /// <summary>Does it, and shows the networks as they are then.</summary>
    private T Told<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        finally
        {
            var networks = _host?.Describe() ?? [];
            if (networks != _networks.Value) _networks = new(networks);
        }
    }
}
