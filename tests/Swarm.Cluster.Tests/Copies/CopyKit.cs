using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Wire;

namespace Swarm.Cluster.Tests.Copies;

/// <summary>What keeps copies of images, in virtual time.</summary>
public abstract class CopyKit : TestKit
{
    private static readonly Config Hocon = ConfigurationFactory.ParseString("""
        akka {
          loglevel = ERROR
          test.single-expect-default = 20 s
          scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
          actor.provider = cluster
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
          cluster {
            roles = [worker]
            shutdown-after-unsuccessful-join-seed-nodes = off
            run-coordinated-shutdown-when-down = off
          }
          coordinated-shutdown.run-by-actor-system-terminate = off
        }
        """).WithFallback(WireConfiguration.Hocon);

    internal static readonly Digest Image = new("sha256:" + new string('a', 64));

    protected CopyKit()
        : base(Hocon)
    {
    }

    protected void Advance(TimeSpan time) => ((TestScheduler)Sys.Scheduler).Advance(time);

    internal static NodeListing Listed(string node, bool reachable = true) => new(
        new NodeDescription(new NodeId(node), node, $"akka.tcp://swarm@{node}:4000", "default", Resources.None)
        {
            HttpAddress = $"https://{node}:4001",
        },
        NodeSettings.Default, reachable, Resources.None, RunningTasks: 0);

    internal static ImageStanding Standing(string node, CopyState state = CopyState.Absent) => new(
        Image, new NodeId(node), state, state is CopyState.Owned or CopyState.Kept ? ["docker.io/library/web:1"] : [],
        IsInUse: false, Copies: 2, Size: Bytes.Zero, Free: Bytes.FromMebibytes(1), Fetches: 0);
}
