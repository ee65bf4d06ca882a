using System.Collections.Immutable;
using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Nodes;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Services;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>A node in one thread, with an engine and a disk in memory, and a clock that only tests move.</summary>
public abstract class NodeFixture : TestKit
{
    private static readonly Config Settings = ConfigurationFactory.ParseString("""
        akka.loglevel = WARNING
        akka.stdout-loglevel = WARNING
        akka.test.single-expect-default = 20 s
        akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit"
        akka.actor.default-dispatcher.type = "Akka.TestKit.CallingThreadDispatcherConfigurator, Akka.TestKit"
        """);

    private readonly SchedulerClock _clock;

    protected NodeFixture() : base(Settings)
    {
        _clock = new SchedulerClock((TestScheduler)Sys.Scheduler);
        Engine = new FakeContainerEngine(_clock);
        Services = CreateTestProbe("services");
        Placers = CreateTestProbe("placers");
        Nodes = CreateTestProbe("nodes");
        Catalog = CreateTestProbe("catalog");
    }

    internal static NodeId Id { get; } = new("n1");

    /// <summary>A container that belongs to no service.</summary>
    internal static ContainerId Own { get; } = new("c1");

    internal FakeTaskImages Images { get; } = new();

    internal FakeContainerEngine Engine { get; }

    internal MemoryNodeStore Store { get; } = new();

    internal MemoryStandaloneStore Standalone { get; } = new();

    internal TestProbe Services { get; }

    internal TestProbe Placers { get; }

    internal TestProbe Nodes { get; }

    internal TestProbe Catalog { get; }

    internal IActorRef Node { get; private set; } = ActorRefs.Nobody;

    internal static ContainerId ContainerOf(int task) => ContainerId.Of(TaskOf(task));

    internal static TaskId TaskOf(int task) => new($"s1.{task}");

    /// <summary>Starts the node, as swarmd does.</summary>
    internal void StartNode(NodeOptions? options = null)
    {
        var description = new NodeDescription(Id, "h1", "akka.tcp://swarm@h1:4000", "default", Capacity(2100, 1280));
        var peers = new NodePeers(Services, Placers, Nodes, Catalog);
        var surroundings = new NodeSurroundings(
            Engine, Images, Store, Standalone, peers, options ?? new NodeOptions(), _clock, NullLoggerFactory.Instance);
        Node = ActorOfAsTestActorRef<NodeActor>(NodeActor.Create(description, surroundings));
    }

    /// <summary>Ends the node's actors, as the end of swarmd does: what is on disk and what runs stays.</summary>
    internal async Task StopNodeAsync()
    {
        Watch(Node);
        Sys.Stop(Node);
        await ExpectTerminatedAsync(Node);
        while (Services.HasMessages) await Services.ReceiveOneAsync();
    }

    internal void Order(long sequence, ContainerSpec spec, params (int Task, TaskState Desired)[] tasks) =>
        Node.Tell(OrderOf(sequence, spec, tasks), Services);

    internal static ApplyServiceTasks OrderOf(
        long sequence, ContainerSpec spec, params (int Task, TaskState Desired)[] tasks) => new(
        new ServiceName("web"), new ServiceId("s1"), Id, sequence,
        [new TaskTemplate(1, spec, Resources.None, new RestartPolicy(), false)],
        [.. tasks.Select(task => new TaskOrder(TaskOf(task.Task), task.Task, 1, task.Desired))]);

    internal static Resources Capacity(long milliCpu, long mebibytes) =>
        new(new MilliCpu(milliCpu), Bytes.FromMebibytes(mebibytes));

    internal static ContainerSpec Spec(params PublishedPort[] ports) =>
        new() { Image = "web", PinnedImage = Digest.Of("web"u8), Ports = [.. ports] };

    internal void Pass(double seconds) => ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Lets what was gathered be told, and returns the last that is told of each task.</summary>
    internal async Task<ImmutableSortedDictionary<int, TaskReport>> ReportsAsync(bool acknowledge = true)
    {
        Pass(0.05);
        var seen = ImmutableSortedDictionary<int, TaskReport>.Empty;
        while (Services.HasMessages)
        {
            if (await Services.ReceiveOneAsync() is not ReportTasks report) continue;
            foreach (var task in report.Tasks) seen = seen.SetItem(int.Parse(task.Task.Value[3..], null), task);
            if (acknowledge)
                Node.Tell(new TasksReportKept(report.Service, Id, report.Report, [], long.MaxValue), Services);
        }

        return seen;
    }

    private sealed class SchedulerClock(TestScheduler scheduler) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => scheduler.Now;

        public override long GetTimestamp() => scheduler.Now.UtcTicks;
    }

    /// <summary>Makes a container that belongs to no service.</summary>
    internal Task MakeAsync(StandaloneSettings settings, string id = "c1") => DoneAsync(new CreateStandalone(
        new ContainerDefinition(new ContainerId(id), "own-" + id, Spec()), settings));

    internal async Task DoneAsync(IStandaloneCommand command, bool changed = true) => Assert.Equal(
        new StandaloneAnswer.Done(changed),
        await Node.Ask<StandaloneAnswer>(command, TimeSpan.FromSeconds(20)));
}
