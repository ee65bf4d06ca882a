using System.Collections.Immutable;
using System.Reflection;
using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Akka.Util;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Placement;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Tests.Placement;

/// <summary>One pool's placer in virtual time, with probes for services and the catalog.</summary>
public abstract class PlacerEntityKit : TestKit
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

    private readonly SteppedClock _clock = new();

    protected PlacerEntityKit()
        : base(Hocon)
    {
        Services = CreateTestProbe("services");
        Copies = CreateTestProbe("copies");
        Catalog = CreateTestProbe("catalog");
    }

    protected TestProbe Services { get; }

    protected TestProbe Copies { get; }

    protected TestProbe Catalog { get; }

    protected IActorRef Placer { get; private set; } = ActorRefs.Nobody;

    internal string OwnAddress => Akka.Cluster.Cluster.Get(Sys).SelfAddress.ToString();

    /// <summary>Starts the placer, which asks the catalog; it is not answered yet.</summary>
    protected void StartPlacer()
    {
        Placer = Sys.ActorOf(PlacerEntity.Props(
            "default", new PlacerNeighbours(() => Services, () => Copies, Catalog), _clock,
            NullLoggerFactory.Instance));
        Catalog.ExpectMsg<GetNodes>();
    }

    /// <summary>Starts the placer of a cluster that has no members, so that it waits for nobody.</summary>
    internal void StartPlacer(params NodeReport[] reports)
    {
        StartPlacer();
        Placer.Tell(new NodeList([]));
        foreach (var report in reports) Placer.Tell(report);
    }

    /// <summary>Makes this system the only member of its cluster, so that a placer waits for the node at its
    /// address.</summary>
    protected void Join()
    {
        var cluster = Akka.Cluster.Cluster.Get(Sys);
        cluster.Join(cluster.SelfAddress);
        AwaitCondition(() =>
        {
            ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(1));
            return cluster.State.Members.Any(member => member.Status == MemberStatus.Up);
        });
    }

    protected void Advance(TimeSpan time)
    {
        _clock.Now += time;
        ((TestScheduler)Sys.Scheduler).Advance(time);
    }

    /// <summary>What has been told before is done once this returns.</summary>
    protected void Settle()
    {
        var asked = Ask(0, service: "settle");
        Placer.Tell(asked, TestActor);
        FishForMessage(message => message is PlacementsMade { Service.Value: "settle" });
    }

    internal static NodeReport Node(string id, long report = 1, long milliCpu = 4000) => new(
        "default",
        new NodeDescription(
            new NodeId(id), id, $"akka.tcp://swarm@{id}:4000", "default",
            new Resources(new MilliCpu(milliCpu), Bytes.FromMebibytes(4096))),
        NodeSettings.Default, report, Resources.None, [], []);

    internal static PlaceTasks Ask(int tasks, long milliCpu = 0, string service = "web", long request = 1) => new(
        "default", new ServiceName(service), request,
        [.. Enumerable.Range(1, tasks).Select(number => new TaskId($"{service}.{(request * 1000) + number}"))],
        new Resources(new MilliCpu(milliCpu), Bytes.Zero), new PlacementRules(), [],
        ImmutableSortedDictionary<string, int>.Empty, ImmutableSortedDictionary<string, int>.Empty);

    internal static Member MemberAt(string id, MemberStatus status = MemberStatus.Up)
    {
        var create = typeof(Member).GetMethod(
            "Create", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public,
            [
                typeof(UniqueAddress), typeof(int), typeof(MemberStatus), typeof(ImmutableHashSet<string>),
                typeof(AppVersion),
            ])!;
        var address = new UniqueAddress(Address.Parse($"akka.tcp://swarm@{id}:4000"), 1);
        return (Member)create.Invoke(
            null, [address, 1, status, ImmutableHashSet.Create("worker"), AppVersion.Zero])!;
    }

    private sealed class SteppedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
