using System.Net;
using System.Net.Sockets;

namespace Swarm.Cluster.Tests.Hosting;

/// <summary>Ports of the loopback that nobody listens on.</summary>
internal static class FreePorts
{
    /// <remarks>All are held until the last is known, so that no two are the same.</remarks>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        foreach (var listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (var listener in listeners) listener.Dispose();
        return ports;
    }
}
