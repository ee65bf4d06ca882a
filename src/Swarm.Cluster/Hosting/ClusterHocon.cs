using System.Globalization;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Swarm.Wire;
using Swarm.Wire.Security;

namespace Swarm.Cluster.Hosting;

/// <summary>Akka's configuration of a node.</summary>
internal static class ClusterHocon
{
    private const string Fixed = """
        akka {
          loglevel = WARNING
          stdout-loglevel = WARNING
          loggers = ["Swarm.Cluster.Hosting.AkkaLogger, Swarm.Cluster"]
          log-dead-letters = off
          log-dead-letters-during-shutdown = off
          scheduler.tick-duration = 100ms                # 10ms, the default, costs 2 % of a core when idle
          coordinated-shutdown {
            exit-clr = off                               # swarmd decides when it ends
            run-by-clr-shutdown-hook = off
          }
          actor {
            provider = cluster
            warn-about-java-serializer-usage = off
            serializers.lines = "Swarm.Cluster.Catalog.ReplicatedLinesSerializer, Swarm.Cluster"
            serialization-bindings { "Swarm.Cluster.Catalog.ReplicatedLines, Swarm.Cluster" = lines }
          }
          remote {
            retry-gate-closed-for = 1s                   # a node that comes back is spoken to at once
            dot-netty.tcp {
              transport-class = "Swarm.Wire.Security.GuardedTransport, Swarm.Wire"   # it knows HangUp
              tcp-reuse-addr = off                       # else two daemons may share a port without an error
              connection-timeout = 8s                    # a first handshake on a busy host takes seconds
            }
          }
          cluster {
            gossip-interval = 500ms
            periodic-tasks-initial-delay = 100ms         # with the next: a node alone is up in a quarter of a second
            leader-actions-interval = 200ms
            log-info = off
            unreachable-nodes-reaper-interval = 200ms    # a part of how long a dead host goes unnoticed
            retry-unsuccessful-join-after = 1s           # one that has come back waits for its former self to go
            allow-weakly-up-members = off                # a side that is cut off takes nobody in
            downing-provider-class = "Swarm.Cluster.Hosting.ResolverProvider, Swarm.Cluster"
            distributed-data {
              gossip-interval = 2s
              notify-subscribers-interval = 500ms
              durable.keys = []
            }
            client.receptionist.response-tunnel-receive-timeout = 60s
            sharding {
              role = scheduler
              state-store-mode = ddata
              # A write to each of three nodes, the default, waits in vain whenever one of them is dead.
              coordinator-state { write-majority-plus = 0, read-majority-plus = 0 }
              distributed-data.majority-min-cap = 2
              coordinator-failure-backoff = 1s
              shard-failure-backoff = 2s                 # after the journal did not give it its entities
              remember-entities-store = eventsourced     # the one in distributed data does not load
              retry-interval = 200ms
              waiting-for-state-timeout = 500ms
              handoff-timeout = 8s                       # of a move whose host dies: AnsweringRegions
              entity-restart-backoff = 2s                # after the journal refused an event
              passivate-idle-entity-after = 120s
              least-shard-allocation-strategy { rebalance-absolute-limit = 20, rebalance-relative-limit = 0.5 }
            }
          }
        }
        """;

    public static Config Write(ClusterOptions options)
    {
        var written = Tcp(options).WithFallback(Membership(options)).WithFallback(JournalHocon.Write(options.Journal))
            .WithFallback(options.Tls is null ? Config.Empty : RemoteSecurity.Hocon)
            .WithFallback(WireConfiguration.Hocon)
            .WithFallback(ConfigurationFactory.ParseString(Fixed));

        // Named in full: an extension's own configuration is otherwise merged only when it is first used.
        return written.WithFallback(ClusterSharding.DefaultConfig())
            .WithFallback(ClusterSingleton.DefaultConfig())
            .WithFallback(DistributedPubSub.DefaultConfig())
            .WithFallback(ClusterClientReceptionist.DefaultConfig())
            .WithFallback(Akka.DistributedData.DistributedData.DefaultConfig());
    }

    private static Config Tcp(ClusterOptions options) => ConfigurationFactory.ParseString($$"""
        akka.remote.dot-netty.tcp {
          hostname = {{Quote(options.BindAddress ?? options.Hostname)}}
          public-hostname = {{Quote(options.Hostname)}}
          port = {{options.Port}}
        }
        """);

    private static Config Membership(ClusterOptions options) => ConfigurationFactory.ParseString($$"""
        akka.cluster {
          roles = [{{string.Join(", ", options.Roles)}}]
          failure-detector {
            heartbeat-interval = {{Milliseconds(options.Failure.HeartbeatInterval)}}
            acceptable-heartbeat-pause = {{Milliseconds(options.Failure.HeartbeatPause)}}
            expected-response-after = 5s                 # of one that is new: connections are only being made
            threshold = 8.0
          }
          split-brain-resolver.stable-after = {{Milliseconds(options.Failure.StableAfter)}}  # ResolverActor's, too
          down-removal-margin = {{Milliseconds(options.Failure.RemovalMargin)}}
        }
        """);

    // Zero would mean to Akka that the default is to be taken.
    private static string Milliseconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Max(1, (long)time.TotalMilliseconds)}ms");

    /// <summary>A text as HOCON takes it, whatever characters it has.</summary>
    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            + "\"";
}
