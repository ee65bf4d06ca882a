using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Swarm.Tests;

/// <summary>Ports for those who bind them later.</summary>
/// <remarks>
/// Below those that the kernel gives away by itself, which could be anybody's by then; and from another beginning in
/// each process, so that two runs of these tests on one host do not choose the same.
/// </remarks>
internal static class FreePorts
{
    private const int First = 10_000;
    private const int Last = 32_000;
    private static int _given = RandomNumberGenerator.GetInt32(Last - First);

    public static int[] Take(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    /// <summary>A port that nothing on this host listens on, given to nobody else in this process.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + ((Interlocked.Increment(ref _given) & int.MaxValue) % (Last - First));
            try
            {
                using var listener = new TcpListener(IPAddress.Any, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }
}
