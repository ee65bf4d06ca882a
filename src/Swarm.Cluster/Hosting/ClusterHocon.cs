using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Swarm.Wire;

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
          }
          remote.dot-netty.tcp {
            tcp-reuse-addr = off                         # else two daemons may share a port without an error
          }
          cluster {
            seed-node-timeout = 1s
            gossip-interval = 1s
            periodic-tasks-initial-delay = 100ms         # with the next: a node alone is up in a quarter of a second
            leader-actions-interval = 200ms
            log-info = off
            failure-detector {
              heartbeat-interval = 500ms
              threshold = 8.0
              acceptable-heartbeat-pause = 2s
              expected-response-after = 500ms
            }
            downing-provider-class = "Akka.Cluster.SBR.SplitBrainResolverProvider, Akka.Cluster"
            split-brain-resolver { active-strategy = keep-majority, stable-after = 5s, down-all-when-unstable = off }
            distributed-data {
              gossip-interval = 2s
              notify-subscribers-interval = 500ms
              durable.keys = []
            }
            client.receptionist.response-tunnel-receive-timeout = 60s
            sharding {
              state-store-mode = ddata
              remember-entities-store = eventsourced     # the one in distributed data does not load
              retry-interval = 200ms
              waiting-for-state-timeout = 500ms
              handoff-timeout = 20s
              entity-restart-backoff = 2s                # after the journal refused an event
              passivate-idle-entity-after = 120s
              least-shard-allocation-strategy { rebalance-absolute-limit = 20, rebalance-relative-limit = 0.5 }
            }
          }
        }
        """;

    public static Config Write(ClusterOptions options)
    {
        var written = Tcp(options).WithFallback(JournalHocon.Write(options.Journal))
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

    /// <summary>A text as HOCON takes it, whatever characters it has.</summary>
    public static string Quote(string text) =>
        "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            + "\"";
}
