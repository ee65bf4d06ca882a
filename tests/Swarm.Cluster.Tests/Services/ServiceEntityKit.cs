using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.TestKit;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Catalog;
using Swarm.Cluster.Services;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Placement;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Tests.Services;

/// <summary>One service's entity in virtual time, with probes for all others and a journal
/// that can be made to fail.</summary>
public abstract class ServiceEntityKit : TestKit
{
    // Messages are not serialised here: the permits that Akka gives before a recovery (RequestRecoveryPermit and its
    // kin) are neither marked as local nor have a serializer, and ours refuses them. That every message of ours comes
    // back as it went is tested with the wire.
    private static readonly Config Hocon = ConfigurationFactory.ParseString("""
        akka {
          loglevel = ERROR
          test.single-expect-default = 20 s
          scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
          persistence {
            journal { plugin = "akka.persistence.journal.test"
              test {
                class = "Akka.Persistence.TestKit.TestJournal, Akka.Persistence.TestKit"
                plugin-dispatcher = "akka.actor.default-dispatcher"
              }
            }
            snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
          }
        }
        """).WithFallback(WireConfiguration.Hocon);

    internal static readonly ServiceName Web = new("web");
    internal static readonly NodeId Node = new("node1");

    private readonly SteppedClock _clock = new();
    private IActorRef _entity = ActorRefs.Nobody;

    protected ServiceEntityKit()
        : base(Hocon)
    {
        Placers = CreateTestProbe("placers");
        Images = CreateTestProbe("images");
        Catalog = CreateTestProbe("catalog");
        NodeWatch = CreateTestProbe("watch");
        Shard = CreateTestProbe("shard");
    }

    protected TestProbe Placers { get; }

    protected TestProbe Images { get; }

    protected TestProbe Catalog { get; }

    protected TestProbe NodeWatch { get; }

    protected TestProbe Shard { get; }

    protected bool SeesMajority { get; set; } = true;

    protected FindImage FindByDigest { get; set; } = (_, _) => Task.FromResult<Core.Images.Digest?>(null);

    protected ITestJournal Journal => TestJournal.FromRef(Persistence.Instance.Apply(Sys).JournalFor(null));

    /// <summary>Starts the entity on what the journal holds, without snapshots in between.</summary>
    protected IActorRef StartEntity() => _entity = Shard.ChildActorOf(ServiceEntity.Props(
        Web.Value,
        new ServiceNeighbours(Placers, Images, Catalog, NodeWatch)
        {
            SeesMajority = () => SeesMajority,
            FindByDigest = (name, cancellation) => FindByDigest(name, cancellation),
        },
        new ServiceEntityOptions(), _clock, NullLoggerFactory.Instance));

    /// <summary>Lets time pass, once the entity has done with what it was told: it may be about to set a
    /// timer.</summary>
    protected void Advance(TimeSpan time)
    {
        AwaitEntity();
        _clock.Now += time;
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }

    /// <summary>What the entity says next, up to where it has done with what it was told.</summary>
    internal IReadOnlyList<object> HeardBy(TestProbe probe)
    {
        AwaitEntity();
        var mark = new object();
        probe.Ref.Tell(mark);
        var heard = new List<object>();
        probe.FishForMessage(message =>
        {
            if (message != mark) heard.Add(message);
            return message == mark;
        });
        return heard;
    }

    /// <summary>Deploys one pinned replica and gives it its place on the node.</summary>
    /// <returns>The order that followed.</returns>
    internal ApplyServiceTasks Deployed(IActorRef entity, DeployService? deploy = null)
    {
        entity.Tell(deploy ?? Deploy("r1"), TestActor);
        ExpectMsg<ServiceAccepted>();
        var asked = Placers.ExpectMsg<PlaceTasks>();
        entity.Tell(new PlacementsMade(
            Web, asked.Request, [.. asked.Tasks.Select(task => new TaskPlacement(task, Node))], [], ""));
        return NextOrder();
    }

    internal ApplyServiceTasks NextOrder() =>
        (ApplyServiceTasks)((CatalogCommand.TellNode)Catalog.FishForMessage(
            message => message is CatalogCommand.TellNode)).Message;

    internal static DeployService Deploy(string request) => new(new RequestId(request), new ServiceSpec
    {
        Name = Web,
        Container = new ContainerSpec { Image = "busybox", PinnedImage = Core.Images.Digest.Of([1]) },
    });

    private void AwaitEntity()
    {
        var asking = CreateTestProbe();
        _entity.Tell(new Identify(this), asking);
        asking.ExpectMsg<ActorIdentity>();
    }

    private sealed class SteppedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => Now;

        public override long GetTimestamp() => Now.UtcTicks;
    }
}
