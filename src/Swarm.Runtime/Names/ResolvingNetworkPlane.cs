using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Networks;

namespace Swarm.Runtime.Names;

/// <summary>A network plane whose containers have a name server, from before their first process until after their
/// last, where they are in a network in which names are resolved, or can reach no other server.</summary>
/// <remarks>One that has left all such networks keeps it: its programs go on asking there.</remarks>
/// <param name="lacksServers">Whether the host asks only servers that a container cannot reach.</param>
/// <param name="isLedHere">Whether a container that was made before asks its name server.</param>
internal sealed partial class ResolvingNetworkPlane(
    INetworkPlane plane, INameServers servers, Func<bool> lacksServers, Func<ContainerId, bool> isLedHere,
    ILogger logger)
    : INetworkPlane
{
    public string DefaultNetwork => plane.DefaultNetwork;

    public ImmutableArray<NetworkDefinition> Networks => plane.Networks;

    /// <remarks>A container whose name server cannot be opened again goes on without one.</remarks>
    public async Task OpenAsync(IReadOnlySet<ContainerId> alive, CancellationToken cancellation)
    {
        await plane.OpenAsync(alive, cancellation);
        foreach (var container in alive)
        {
            try
            {
                if (await plane.FindAsync(container, cancellation) is { } attached
                    && (ResolvesNames(attached) || isLedHere(container)))
                {
                    await servers.OpenAsync(container, attached.NamespacePath, cancellation);
                }
            }
            catch (ContainerException refused)
            {
                LogNotServed(container.Short, refused);
            }
        }
    }

    public Task<NetworkDefinition> CreateNetworkAsync(NetworkDefinition wanted, CancellationToken cancellation) =>
        plane.CreateNetworkAsync(wanted, cancellation);

    public Task RemoveNetworkAsync(string name, CancellationToken cancellation) =>
        plane.RemoveNetworkAsync(name, cancellation);

    public async Task<NetworkAttachment> AttachAsync(
        ContainerId container, NetworkWish wish, CancellationToken cancellation)
    {
        var attached = await plane.AttachAsync(container, wish, cancellation);
        try
        {
            return await ServeAsync(container, attached, cancellation);
        }
        catch
        {
            await plane.DetachAsync(container, CancellationToken.None);
            throw;
        }
    }

    public Task<NetworkAttachment?> FindAsync(ContainerId container, CancellationToken cancellation) =>
        plane.FindAsync(container, cancellation);

    public async Task<NetworkAttachment> ConnectAsync(
        ContainerId container, EndpointSpec endpoint, CancellationToken cancellation)
    {
        var attached = await plane.ConnectAsync(container, endpoint, cancellation);
        try
        {
            return await ServeAsync(container, attached, cancellation);
        }
        catch
        {
            await plane.DisconnectAsync(container, endpoint.Network, CancellationToken.None);
            throw;
        }
    }

    public Task<NetworkAttachment> DisconnectAsync(
        ContainerId container, string network, CancellationToken cancellation) =>
        plane.DisconnectAsync(container, network, cancellation);

    /// <remarks>The kernel keeps a namespace as long as there are sockets in it.</remarks>
    public async Task DetachAsync(ContainerId container, CancellationToken cancellation)
    {
        await servers.CloseAsync(container);
        await plane.DetachAsync(container, cancellation);
    }

    public Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation) =>
        plane.SetIngressAsync(routes, cancellation);

    public Task DestroyAsync(CancellationToken cancellation) => plane.DestroyAsync(cancellation);

    /// <remarks>The plane belongs to whoever made it.</remarks>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<NetworkAttachment> ServeAsync(
        ContainerId container, NetworkAttachment attached, CancellationToken cancellation)
    {
        if (ResolvesNames(attached) || lacksServers())
            await servers.OpenAsync(container, attached.NamespacePath, cancellation);
        return attached;
    }

    private bool ResolvesNames(NetworkAttachment attached) =>
        NameFiles.AsksNameServer(attached.Endpoints, plane.DefaultNetwork);

    [LoggerMessage(LogLevel.Warning, "Container {Container} has no name server, until it is started again")]
    private partial void LogNotServed(string container, Exception cause);
}
