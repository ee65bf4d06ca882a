using System.Collections.Immutable;
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
    private readonly ILogger<BridgeNetworkPlane> _logger;
    private readonly NetworkThread _thread;

    // Only touched on the network thread.
    private HostNetwork? _host;
    private bool _disposed;

    /// <exception cref="ArgumentException">Settings out of their range, all named.</exception>
    public BridgeNetworkPlane(NetworkOptions options, ILogger<BridgeNetworkPlane> logger)
    {
        _options = options.Checked();
        _logger = logger;
        _thread = new NetworkThread($"network {options.NamePrefix}", options.HostNamespace);
    }

    public string DefaultNetwork => _options.DefaultNetwork;

    public Task OpenAsync(IReadOnlySet<ContainerId> alive, CancellationToken cancellation) => Do(
        "The networks of this host could not be opened",
        () =>
        {
            if (_host is not null) throw new InvalidOperationException("The networks are open already");
            var host = new HostNetwork(_options);
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

    public Task<NetworkAttachment> AttachAsync(
        ContainerId container, ImmutableArray<string> networks, ImmutableArray<PublishedPort> hostPorts,
        CancellationToken cancellation) => Do(
            $"Container {container.Short} could not be attached to its networks",
            () => Opened.Attach(container, networks, hostPorts),
            cancellation);

    public Task DetachAsync(ContainerId container, CancellationToken cancellation) => Do(
        $"Container {container.Short} could not be detached from its networks",
        () =>
        {
            Opened.Detach(container);
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
            return await _thread.InvokeAsync(work, cancellation).ConfigureAwait(false);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new ContainerException(ContainerFault.Host, $"{failed}: {refused.Message}", refused);
        }
    }
}
