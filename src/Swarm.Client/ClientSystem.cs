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
internal static class ClientSystem
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
            heartbeat-interval = 1s
            acceptable-heartbeat-pause = 5s
            reconnect-timeout = off
            buffer-size = 100
            use-legacy-serialization = off
          }
        }
        """;

    /// <remarks>Without the defaults of PubSub, payloads of the cluster client would go as JSON.</remarks>
    public static ActorSystem Start(ImmutableArray<string> contacts)
    {
        var address = string.Create(
            CultureInfo.InvariantCulture, $"akka.remote.dot-netty.tcp.hostname = \"{OwnAddressTowards(contacts[0])}\"");
        var configuration = ConfigurationFactory.ParseString(address)
            .WithFallback(ConfigurationFactory.ParseString(Hocon))
            .WithFallback(WireConfiguration.Hocon)
            .WithFallback(DistributedPubSub.DefaultConfig())
            .WithFallback(ClusterClientReceptionist.DefaultConfig());

        // Not by a setup: that reads the program's XML configuration first, which is not even used.
        return ActorSystem.Create("swarm-client", configuration);
    }

    public static IActorRef StartClusterClient(ActorSystem system, ImmutableArray<string> contacts)
    {
        var receptionists = contacts.Select(
            contact => ActorPath.Parse($"akka.tcp://swarm@{contact}/system/receptionist"));
        var settings = ClusterClientSettings.Create(system).WithInitialContacts(receptionists.ToImmutableHashSet());
        return system.ActorOf(Akka.Cluster.Tools.Client.ClusterClient.Props(settings), "cluster");
    }

    /// <summary>The address that this host would speak from, so that answers tell clients of
    /// several hosts apart.</summary>
    private static IPAddress OwnAddressTowards(string contact)
    {
        var node = new Uri("swarm://" + contact);
        try
        {
            // No packet is sent: connecting a datagram socket only chooses the route.
            using var socket = new Socket(SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(node.IdnHost, node.Port);
            var chosen = ((IPEndPoint)socket.LocalEndPoint!).Address;
            return chosen.IsIPv4MappedToIPv6 ? chosen.MapToIPv4() : chosen;
        }
        catch (SocketException)
        {
            return IPAddress.Loopback;
        }
    }
}
