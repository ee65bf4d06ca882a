using System.Net;
using System.Net.Sockets;

namespace Swarm.Runtime.Tests.Networks;

/// <summary>Connects from a namespace and tells what it got.</summary>
internal static class Caller
{
    internal const string Refused = "refused";
    internal const string NoAnswer = "no answer";

    /// <returns>The server's line; or that the connection was refused, or that nothing came back.</returns>
    internal static async Task<string> AskAsync(string from, string address, int port, int patienceMs = 5000)
    {
        try
        {
            using var connection = await ConnectAsync(from, address, port, patienceMs);
            using var reader = new StreamReader(connection.GetStream());
            using var patience = new CancellationTokenSource(patienceMs);
            return await reader.ReadLineAsync(patience.Token) ?? Refused;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return Refused;
        }
        catch (SocketException unreachable) when (unreachable.SocketErrorCode is SocketError.HostUnreachable)
        {
            return NoAnswer;
        }
        catch (OperationCanceledException)
        {
            return NoAnswer;
        }
    }

    /// <summary>The first word of the answer: who it was.</summary>
    internal static async Task<string> NameAsync(string from, string address, int port, int patienceMs = 5000)
    {
        var answer = await AskAsync(from, address, port, patienceMs);
        return answer is Refused or NoAnswer ? answer : answer.Split(' ')[0];
    }

    internal static async Task<TcpClient> ConnectAsync(string from, string address, int port, int patienceMs = 5000)
    {
        var client = TestHost.In(from, () => new TcpClient(AddressFamily.InterNetwork));
        using var patience = new CancellationTokenSource(patienceMs);
        try
        {
            await client.ConnectAsync(IPAddress.Parse(address), port, patience.Token);
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }
}
