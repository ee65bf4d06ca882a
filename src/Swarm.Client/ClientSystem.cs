using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using Swarm.Wire;
using Swarm.Wire.Security;

namespace Swarm.Client;

/// <summary>The actor system inside a client: no member of the cluster, quick to start, silent.</summary>
internal sealed class ClientSystem
{
    private const string Hocon = """
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          log-config-on-start = off
          coordinated-shutdown { exit-clr = off, run-by-clr-shutdown-hook = off, terminate-actor-system = on }
          actor.provider = remote
          remote {
            # A node that starts a moment later is found at once.
            retry-gate-closed-for = 100ms
            dot-netty.tcp { port = 0, connection-timeout = 3s }
          }
          cluster.client {
            establishing-get-contacts-interval = 100ms
            # A contact that died is given up after so long, and another one taken.
            heartbeat-interval = 500ms
            acceptable-heartbeat-pause = 2s
            refresh-contacts-interval = 10s
            reconnect-timeout = off
            buffer-size = 100
            use-legacy-serialization = off
          }
        }
        """;

    private readonly RemoteSecurity? _security;
    private readonly ConcurrentDictionary<string, string> _refused = new(StringComparer.Ordinal);
    private readonly ImmutableArray<(ActorSystem System, IActorRef Cluster)> _ways;

    private ClientSystem(IEnumerable<ImmutableArray<string>> contacts, RemoteSecurity? security)
    {
        _security = security;
        _ways = [.. contacts.Select(Start)];
    }

    /// <summary>Why nodes were refused for their certificates; empty when none was.</summary>
    public IEnumerable<string> Refused => _refused.Select(node => $"{node.Key} was refused: {node.Value}");

    /// <exception cref="SwarmUnreachableException">No contact can be found by its name.</exception>
    /// <exception cref="TlsFilesException">The certificates cannot be used.</exception>
    public static async Task<ClientSystem> StartAsync(SwarmClientOptions options)
    {
        var contacts = await Contacts.ResolveAsync(options.Contacts);
        var security = options.Tls is { } files
            ? RemoteSecurity.Load(files, PeerRole.Client, options.Time)
            : null;
        return new ClientSystem(contacts, security);
    }

    /// <summary>Sends a request until it is answered, or <see cref="End"/> is called.</summary>
    public ImmutableArray<IActorRef> Begin(object message, RequestOutcome outcome) =>
        [.. _ways.Select(way => way.System.ActorOf(PendingRequest.Props(way.Cluster, message, outcome)))];

    public void End(ImmutableArray<IActorRef> pending)
    {
        for (var i = 0; i < _ways.Length; i++) _ways[i].System.Stop(pending[i]);
    }

    public async Task StopAsync()
    {
        await Task.WhenAll(_ways.Select(way => way.System.Terminate()));
        _security?.Dispose();
    }

    /// <remarks>Without the defaults of PubSub, payloads of the cluster client would go as JSON.</remarks>
    private (ActorSystem System, IActorRef Cluster) Start(ImmutableArray<string> contacts)
    {
        var address = string.Create(
            CultureInfo.InvariantCulture, $"akka.remote.dot-netty.tcp.hostname = \"{OwnAddressTowards(contacts)}\"");
        var configuration = ConfigurationFactory.ParseString(address)
            .WithFallback(ConfigurationFactory.ParseString(Hocon))
            .WithFallback(_security is null ? Config.Empty : RemoteSecurity.Hocon)
            .WithFallback(WireConfiguration.Hocon)
            .WithFallback(DistributedPubSub.DefaultConfig())
            .WithFallback(ClusterClientReceptionist.DefaultConfig());

        // Not by a setup where none is needed: that reads the program's XML configuration, which is not even used.
        var system = _security is null
            ? ActorSystem.Create(RemoteSecurity.ClientSystem, configuration)
            : ActorSystem.Create(RemoteSecurity.ClientSystem, ActorSystemSetup.Create(
                BootstrapSetup.Create().WithConfig(configuration),
                _security.Setup((node, fault) => _refused[node] = fault)));
        var protocol = _security is null ? RemoteSecurity.PlainProtocol : RemoteSecurity.Protocol;
        var receptionists = contacts.Select(
            contact => ActorPath.Parse($"{protocol}://swarm@{contact}/system/receptionist"));
        var settings = ClusterClientSettings.Create(system).WithInitialContacts(receptionists.ToImmutableHashSet());
        return (system, system.ActorOf(Akka.Cluster.Tools.Client.ClusterClient.Props(settings), "cluster"));
    }

    /// <summary>The address that this host would speak from, so that answers tell clients of
    /// several hosts apart.</summary>
    private static IPAddress OwnAddressTowards(ImmutableArray<string> contacts)
    {
        return contacts.Select(OwnAddressTowards).OfType<IPAddress>()
            .OrderBy(IPAddress.IsLoopback).ThenBy(address => address.AddressFamily != AddressFamily.InterNetwork)
            .FirstOrDefault(IPAddress.Loopback);
    }

    private static IPAddress? OwnAddressTowards(string contact)
    {
        var node = new Uri("swarm://" + contact);
        if (!IPAddress.TryParse(node.IdnHost, out var there)) return null;
        try
        {
            // No packet is sent: connecting a datagram socket only chooses the route.
            using var socket = new Socket(there.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(there, node.Port);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException)
        {
            return null;
        }
    }
}
