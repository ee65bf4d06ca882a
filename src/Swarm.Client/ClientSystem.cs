using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using Swarm.Wire;

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

    private readonly ImmutableArray<(ActorSystem System, IActorRef Cluster)> _ways;

    private ClientSystem(IEnumerable<(ActorSystem System, IActorRef Cluster)> ways) => _ways = [.. ways];

    /// <exception cref="SwarmUnreachableException">No contact can be found by its name.</exception>
    public static async Task<ClientSystem> StartAsync(SwarmClientOptions options) =>
        new((await Contacts.ResolveAsync(options.Contacts)).Select(Start));

    /// <summary>Sends a request until it is answered, or <see cref="End"/> is called.</summary>
    public ImmutableArray<IActorRef> Begin(object message, RequestOutcome outcome) =>
        [.. _ways.Select(way => way.System.ActorOf(PendingRequest.Props(way.Cluster, message, outcome)))];

    public void End(ImmutableArray<IActorRef> pending)
    {
        for (var i = 0; i < _ways.Length; i++) _ways[i].System.Stop(pending[i]);
    }

    public Task StopAsync() => Task.WhenAll(_ways.Select(way => way.System.Terminate()));

    /// <remarks>Without the defaults of PubSub, payloads of the cluster client would go as JSON.</remarks>
    private static (ActorSystem System, IActorRef Cluster) Start(ImmutableArray<string> contacts)
    {
        var address = string.Create(
            CultureInfo.InvariantCulture, $"akka.remote.dot-netty.tcp.hostname = \"{OwnAddressTowards(contacts)}\"");
        var configuration = ConfigurationFactory.ParseString(address)
            .WithFallback(ConfigurationFactory.ParseString(Hocon))
            .WithFallback(WireConfiguration.Hocon)
            .WithFallback(DistributedPubSub.DefaultConfig())
            .WithFallback(ClusterClientReceptionist.DefaultConfig());

        // Not by a setup: that reads the program's XML configuration first, which is not even used.
        var system = ActorSystem.Create("swarm-client", configuration);
        var receptionists = contacts.Select(
            contact => ActorPath.Parse($"akka.tcp://swarm@{contact}/system/receptionist"));
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
