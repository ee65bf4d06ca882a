using System.Collections.Immutable;
using Akka.Actor;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Containers;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Cli.Tests;

/// <summary>Services that run at once; a job has ended with 7. The image 'refused' is refused,
/// 'broken' never starts, and the update to 'paused' is.</summary>
/// <remarks>Lists come in pages of one entry, so that who stops after a page is seen.</remarks>
internal sealed class FakeServices : UntypedActor
{
    private readonly SortedDictionary<string, ServiceSpec> _services = new(StringComparer.Ordinal);
    private NodeSettings _settings = NodeSettings.Default;

    protected override void OnReceive(object message) => Sender.Tell(message switch
    {
        DeployService { Spec.Container.Image: "refused" } => new RequestRefused("the image refused is refused"),
        DeployService { Spec.Credentials: { User: "nobody" } who } => new RequestRefused($"refused with {who}"),
        DeployService { Spec.Container.Image: "late" } =>
            new RequestRefused("the journal cannot be reached") { Late = true },
        DeployService deploy => Keep(deploy),
        GetServices get => Page(get),
        GetNodes get => new NodeList([get.After.Length == 0 ? Node("b", "n1") : Node("a", "n2")])
        {
            Next = get.After.Length == 0 ? "n1" : null
        },
        IServiceMessage asked when !_services.ContainsKey(asked.Service.Value) =>
            new RequestRefused($"there is no service {asked.Service}") { NotFound = true },
        GetService get => Describe(_services[get.Service.Value], get.After),
        ScaleService scale => Scale(scale),
        RemoveService remove =>
            new ServiceAccepted(remove.Request, remove.Service, 1, _services.Remove(remove.Service.Value)),
        RollbackService rollback => new ServiceAccepted(rollback.Request, rollback.Service, 3, true),
        GetServiceLogs logs => Logs(logs),
        GetNode get => new NodeDetails(Node("b", get.Node.Value).Node, _settings, DateTimeOffset.UnixEpoch),
        UpdateNode update => Update(update),
        RemoveNode { Node.Value: "n1" } => new RequestRefused("node b is in the cluster"),
        RemoveNode remove => new NodeRemoved(remove.Request, remove.Node),
        RebalancePool { Pool: "even" } even => new RebalancePlan(even.Request, [], "it is even"),
        RebalancePool pool => new RebalancePlan(
            pool.Request,
            [new RebalanceMove(new ServiceName("web"), new TaskId("w.1"), new NodeId("n1"), new NodeId("n2"), "load")],
            ""),
        _ => new RequestRefused($"{message} was not expected"),
    });

    private ServiceAccepted Keep(DeployService deploy)
    {
        _services[deploy.Service.Value] = deploy.Spec;
        return new ServiceAccepted(deploy.Request, deploy.Service, 1, true);
    }

    private ServiceAccepted Scale(ScaleService scale)
    {
        var old = _services[scale.Service.Value];
        _services[scale.Service.Value] = old with { Mode = new ServiceMode.Replicated(scale.Replicas) };
        return new ServiceAccepted(scale.Request, scale.Service, 2, true);
    }

    private NodeUpdated Update(UpdateNode update)
    {
        _settings = _settings with
        {
            Availability = update.Availability ?? _settings.Availability,
            Labels = _settings.Labels.SetItems(update.SetLabels).RemoveRange(update.RemoveLabels),
            SystemReserved =
                update.ClearSystemReserved ? null : update.SystemReserved ?? _settings.SystemReserved,
        };
        return new NodeUpdated(update.Request, update.Node, _settings);
    }

    private ServiceList Page(GetServices get)
    {
        var left = _services.Where(service => string.CompareOrdinal(service.Key, get.After) > 0).Take(2).ToList();
        return new ServiceList([.. left.Take(1).Select(service => List(service.Value))])
        {
            Next = left.Count > 1 ? left[0].Key : null
        };
    }

    private static ServiceListing List(ServiceSpec spec) =>
        new(spec.Name, new ServiceId("id"), spec.Mode, spec.Container.Image, 1, 1)
        {
            Stack = spec.Stack,
            Ports = spec.Container.Ports
        };

    private static ServiceDetails Describe(ServiceSpec spec, long after)
    {
        var slots = spec.Mode is ServiceMode.Replicated mode ? mode.Replicas : 1;
        var job = spec.Mode is ServiceMode.ReplicatedJob;
        var update = spec.Container.Image == "paused"
            ? new UpdateStatus(UpdatePhase.Paused, "a task failed") : UpdateStatus.None;
        return new ServiceDetails(new ServiceId("id"), spec, 1, update, [Task(spec, (int)after + 1, job)])
        {
            Job = job ? new JobStatus(0, 1, Ended: true, ExitCode: 7)
            {
                NextRun = DateTimeOffset.UnixEpoch.AddHours(1),
                Runs = [new JobRun(4, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch,
                    DateTimeOffset.UnixEpoch.AddSeconds(9), 7, "out of luck")],
            }
            : null,
            Next = after + 1 < slots ? after + 1 : null,
        };
    }

    private static ServiceTask Task(ServiceSpec spec, int number, bool job)
    {
        var id = TaskId.Of(new ServiceId("id"), number);
        var broken = spec.Container.Image == "broken";
        var state = broken ? TaskState.Pending : job ? TaskState.Failed : TaskState.Running;
        return new ServiceTask(id, number, 1, job ? TaskState.Shutdown : TaskState.Running, state)
        {
            Node = broken ? null : new NodeId("n1"),
            Reason = broken ? "no node has 1 GiB left" : "",
            Container = broken ? null : new ContainerObservation
            {
                Id = ContainerId.Of(id),
                ExitCode = job ? 7 : null,
                Addresses = ["10.0.0.2"],
                Restarts = 2,
                StartedAt = DateTimeOffset.UnixEpoch,
                Ports = [new PublishedPort(80, 8080)],
            },
        };
    }

    /// <summary>Two pages of a line each.</summary>
    private static ServiceLogPage Logs(GetServiceLogs asked)
    {
        var isFirst = asked.Positions.IsEmpty;
        var line = new LogLine(
            new TaskId("id.1"), 1, DateTimeOffset.UnixEpoch, IsError: false, isFirst ? "one" : "two");
        ImmutableArray<LogLine> lines = isFirst || asked.Positions["id.1"] == "1" ? [line] : [];
        return new ServiceLogPage(
            lines, ImmutableSortedDictionary<string, string>.Empty.Add("id.1", isFirst ? "1" : "2"), isFirst, []);
    }

    private static NodeListing Node(string name, string id)
    {
        var room = new Resources(new MilliCpu(2000), new Bytes(1 << 30), 0);
        var node = new NodeDescription(new NodeId(id), name, "akka.tcp://swarm@127.0.0.1:1", "default", room);
        return new NodeListing(node, NodeSettings.Default, true, Resources.None, 1);
    }
}
