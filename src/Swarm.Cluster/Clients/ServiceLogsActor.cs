using Akka.Actor;
using Swarm.Cluster.Catalog;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Services;

namespace Swarm.Cluster.Clients;

/// <summary>One page of a service's logs: learns the tasks from the service, asks each task's
/// node, merges what came.</summary>
/// <remarks>A node that does not answer in time costs its lines and a warning, not the page.</remarks>
internal sealed class ServiceLogsActor(GetServiceLogs request, IActorRef client, GatewayWay way, TimeSpan timeout)
    : UntypedActor, IWithTimers
{
    private readonly Dictionary<TaskId, NodeId> _awaited = [];
    private readonly List<ServiceTask> _tasks = [];
    private readonly List<TaskLogPage> _pages = [];
    private bool _serviceKnown;

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(GetServiceLogs request, IActorRef client, GatewayWay way, TimeSpan timeout) =>
        Akka.Actor.Props.Create(() => new ServiceLogsActor(request, client, way, timeout));

    protected override void PreStart()
    {
        Timers.StartSingleTimer("late", new Late(), timeout);
        Ask(after: 0);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ServiceDetails { Next: { } next } service: _tasks.AddRange(service.Tasks); Ask(after: next); break;
            case ServiceDetails service: AskNodes(service with { Tasks = [.. _tasks, .. service.Tasks] }); break;
            case RequestRefused refused: Answer(refused); break;
            case TaskLogPage page when _awaited.Remove(page.Task): _pages.Add(page); AnswerIfWhole(); break;
            case TaskLogPage: break;
            case Late when _serviceKnown: AnswerPage(); break;
            case Late:
                Answer(new RequestRefused(
                $"service {request.Service} did not answer within {timeout.TotalSeconds:0.#} s")
                { Late = true });
                break;
            default: Unhandled(message); break;
        }
    }

    private void Ask(long after) => way.Services.Tell(new GetService(request.Service) { After = after });

    private void AskNodes(ServiceDetails service)
    {
        // Less than the whole, so that a dead node does not cost the page.
        Timers.StartSingleTimer("late", new Late(), timeout / 2);
        _serviceKnown = true;
        foreach (var (task, question) in LogPages.Questions(service, request))
        {
            _awaited[task.Id] = task.Node!.Value;
            way.Catalog.Tell(new CatalogCommand.TellNode(task.Node.Value, question));
        }

        AnswerIfWhole();
    }

    private void AnswerIfWhole()
    {
        if (_awaited.Count == 0) AnswerPage();
    }

    private void AnswerPage() => Answer(RequestActor.Fitting(LogPages.Merge(
        request, _pages, _awaited.Select(one => $"node {one.Value} did not answer for task {one.Key}"))));

    private void Answer(object answer)
    {
        client.Tell(answer);
        Context.Stop(Self);
    }

    private sealed record Late : INoSerializationVerificationNeeded;
}
