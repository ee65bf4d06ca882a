using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Runtime.Names;
using Swarm.Runtime.Tests.Networks;

namespace Swarm.Runtime.Tests.Names;

/// <summary>A host with networks and the name servers of its containers.</summary>
internal sealed class NamedHost : IAsyncDisposable
{
    private readonly List<NameServers> _servers = [];

    private NamedHost(TestHost host, NameServerLimits limits)
    {
        (Host, Limits) = (host, limits);
        Open();
    }

    internal TestHost Host { get; }

    internal NameServerLimits Limits { get; }

    internal FakeNames Names { get; } = new();

    internal NameWishes Wishes { get; set; } = new([], false, HasWayOut: true);

    internal string HostServers { get; set; } = "";

    internal NameServers Servers => _servers[^1];

    internal static async Task<NamedHost> OpenAsync(NameServerLimits? limits = null) =>
        new(await TestHost.OpenAsync(), limits ?? new NameServerLimits());

    /// <summary>Attaches a container, with a name server.</summary>
    /// <returns>Where its network namespace is.</returns>
    internal async Task<string> JoinAsync(string name, params string[] networks)
    {
        var attached = await Host.JoinAsync(name, networks);
        Names.Add(TestHost.Id(name), attached, name, name + "-alias");
        await Servers.OpenAsync(TestHost.Id(name), attached.NamespacePath, CancellationToken.None);
        return attached.NamespacePath;
    }

    internal string AddressOf(string name, int endpoint = 0) =>
        Names.Find(TestHost.Id(name))!.Endpoints[endpoint].Address;

    /// <summary>What the next daemon does.</summary>
    internal async Task ReopenAsync(string container, string place)
    {
        await Servers.DisposeAsync();
        Open();
        await Servers.OpenAsync(TestHost.Id(container), place, CancellationToken.None);
    }

    /// <summary>Runs a program in a network namespace.</summary>
    /// <returns>What it says, however it ends.</returns>
    internal static async Task<string> RunAsync(string place, params string[] arguments)
    {
        var start = new ProcessStartInfo("nsenter", ["--net=" + place, "--", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        return output;
    }

    private static string DigPatience { get; } = string.Create(
        CultureInfo.InvariantCulture, $"+time={Patience.Seconds(20).TotalSeconds:0}");

    /// <returns>What <c>dig +short</c> says: an address a line.</returns>
    internal static async Task<string> DigAsync(string place, params string[] arguments) =>
        (await RunAsync(place, ["dig", "@" + NameServer.Address, "+tries=1", DigPatience, .. arguments])).Trim();

    /// <summary>Sends one datagram from a container and waits for the answer.</summary>
    internal static async Task<byte[]> AskAsync(string place, byte[] message)
    {
        using var socket = TestHost.In(
            place, () => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        await socket.ConnectAsync(IPAddress.Parse(NameServer.Address), 53);
        await socket.SendAsync(message);
        using var patience = new CancellationTokenSource(Patience.Seconds(20));
        var buffer = new byte[8192];
        return buffer[..await socket.ReceiveAsync(buffer, patience.Token)];
    }

    internal static async Task<TcpClient> ConnectAsync(string place) =>
        await Caller.ConnectAsync(place, NameServer.Address, 53, (int)Patience.Seconds(20).TotalMilliseconds);

    public async ValueTask DisposeAsync()
    {
        await Servers.DisposeAsync();
        await Host.DisposeAsync();
    }

    private void Open() => _servers.Add(new NameServers(
        Names, _ => Wishes, Host.Options.HostNamespace, Limits, TimeProvider.System, NullLogger.Instance,
        () => HostServers));
}
