using System.Net.Sockets;
using Swarm.Linux.Networking;

namespace Swarm.Runtime.Names;

/// <summary>Makes sockets in network namespaces; they stay there, and are used from anywhere.</summary>
/// <remarks>A thread of its own goes there: never one of the pool.</remarks>
/// <param name="hostNamespace">File of the namespace that is the host; null for the daemon's own.</param>
internal sealed class NamespaceSockets(string? hostNamespace) : IDisposable
{
    private const int PortsTried = 16;

    private readonly NetworkThread _thread = new("names", hostNamespace);

    /// <summary>Opens both ports of a name server, and leads what is sent to port 53 there.</summary>
    /// <remarks>The port is that of the server before, where it can be: a client that waits for an answer asks again
    /// from the same port of its own, which the kernel keeps leading to the old one.</remarks>
    internal Task<NameServerSockets> ListenAsync(string namespacePath, CancellationToken cancellation) =>
        _thread.InvokeAsync(
            () => NetworkNamespace.Within(namespacePath, () =>
            {
                using var rules = new Nftables();
                var sockets = Bind(NameRules.FindPort(rules.Run("list ruleset ip")));
                try
                {
                    rules.Run(NameRules.LeadTo(sockets.Port));
                    return sockets;
                }
                catch
                {
                    sockets.Dispose();
                    throw;
                }
            }),
            cancellation);

    /// <param name="namespacePath">Null for the host.</param>
    internal async ValueTask<Socket> OpenAsync(
        string? namespacePath, AddressFamily family, SocketType kind, CancellationToken cancellation)
    {
        var protocol = kind == SocketType.Stream ? ProtocolType.Tcp : ProtocolType.Udp;
        if (namespacePath is null && hostNamespace is null) return new Socket(family, kind, protocol);
        return await _thread.InvokeAsync(
            () => namespacePath is null
                ? new Socket(family, kind, protocol)
                : NetworkNamespace.Within(namespacePath, () => new Socket(family, kind, protocol)),
            cancellation);
    }

    public void Dispose() => _thread.Dispose();

    private static NameServerSockets Bind(int? before)
    {
        for (var tried = 0; ; tried++)
        {
            try
            {
                return NameServerSockets.Bind(tried == 0 && before is { } port ? port : 0);
            }
            catch (SocketException taken)
                when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse && tried < PortsTried)
            {
                // By a program of the container: another port will do.
            }
        }
    }
}
