using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Swarm.Runtime.Tests.Networks;

/// <summary>
/// Tells everyone who connects its name and the address it sees them at, and again after every line they send.
/// </summary>
internal sealed class NamingServer : IDisposable
{
    private readonly TcpListener _listener;
    private readonly List<TcpClient> _clients = [];
    private readonly List<Task> _conversations = [];

    internal NamingServer(string name, int port)
    {
        _listener = new TcpListener(IPAddress.Any, port);
        _listener.Start();
        Answering = AnswerAsync(name);
    }

    internal Task Answering { get; }

    public void Dispose()
    {
        _listener.Dispose();
        lock (_clients) _clients.ForEach(client => client.Dispose());
    }

    private async Task AnswerAsync(string name)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                lock (_clients) _clients.Add(client);
                var seen = ((IPEndPoint)client.Client.RemoteEndPoint!).Address;
                _conversations.Add(ConverseAsync(client, Encoding.ASCII.GetBytes($"{name} {seen}\n")));
            }
        }
        catch (Exception closed) when (closed is SocketException or IOException or ObjectDisposedException)
        {
        }
    }

    private static async Task ConverseAsync(TcpClient client, byte[] answer)
    {
        try
        {
            using var reader = new StreamReader(client.GetStream());
            do
            {
                await client.GetStream().WriteAsync(answer);
            }
            while (await reader.ReadLineAsync() is not null);
        }
        catch (Exception closed) when (closed is SocketException or IOException or ObjectDisposedException)
        {
        }
    }
}
