using CsCheck;
using Swarm.Core.Containers;
using Swarm.Core.Services;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Tests.Containers.ContainerExamples;

namespace Swarm.Core.Tests.Containers;

public sealed class ContainerPropertyTests
{
    private static readonly Gen<HealthCheck?> AnyCheck = OneOf<HealthCheck?>(null, EveryHalfMinute);

    private static readonly Gen<ContainerEvent> AnyEvent = Gen.Int[0, 4].SelectMany(run => Gen.OneOf(
        AnyCheck.Select(check => (ContainerEvent)new ContainerEvent.Looked(Sighting(run, check))),
        Gen.Const((ContainerEvent)new ContainerEvent.Looked(null)),
        OneOf(TaskState.Ready, TaskState.Running, TaskState.Shutdown, TaskState.Remove)
            .Select(state => (ContainerEvent)new ContainerEvent.Ordered(state)),
        AnyCheck.Select(check => (ContainerEvent)new ContainerEvent.Prepared(Sighting(0, check))),
        AnyCheck.Select(check => (ContainerEvent)new ContainerEvent.Started(Sighting(Math.Max(1, run), check))),
        Gen.Int[0, 255].Select(code => Exited(Math.Max(1, run), code)),
        Gen.Bool.Select(healthy => (ContainerEvent)new ContainerEvent.Probed(run, healthy, "")),
        OneOf<ContainerEvent>(
            new ContainerEvent.PrepareFailed("no"), new ContainerEvent.StartFailed("no", true),
            new ContainerEvent.StartFailed("no", false), new ContainerEvent.Drained(), new ContainerEvent.GraceEnded(),
            new ContainerEvent.BackOffEnded(), new ContainerEvent.ProbeDue(run), new ContainerEvent.Removed(),
            new ContainerEvent.RemoveFailed("no"), new ContainerEvent.RemoveDue(),
            new ContainerEvent.Published("taken"), new ContainerEvent.Published(""),
            new ContainerEvent.PublishOverdue(run))));

    [Fact]
    public void No_event_moves_the_state_of_a_container_backwards() =>
        Gen.Select(AnyEvent.Array[0, 30], Gen.Bool).Sample((events, isPublished) =>
        {
            var container = New(isPublished: isPublished);
            return events.All(happened =>
            {
                var before = container;
                container = ContainerLifecycle.Step(container, happened, Start).Next;
                return container.State >= before.State
                    && container.Desired >= before.Desired
                    && container.RunEnded >= before.RunEnded;
            });
        });

    [Fact]
    public void A_published_container_runs_for_its_service_only_when_its_ports_led_to_it_while_it_served() =>
        AnyEvent.Array[0, 40].Sample(events =>
        {
            var container = New(isPublished: true);
            return events.All(happened =>
            {
                var before = container;
                container = ContainerLifecycle.Step(container, happened, Start).Next;
                var isNews = container.State == TaskState.Running && before.State != TaskState.Running;
                return !isNews || (before.IsServing && happened is ContainerEvent.Published { Fault: "" });
            });
        });

    [Fact]
    public void Nothing_is_started_once_it_was_asked_to_stop() =>
        AnyEvent.Array[0, 40].Sample(events =>
        {
            var container = New();
            return events.All(happened =>
            {
                var step = ContainerLifecycle.Step(container, happened, Start);
                container = step.Next;
                return !container.IsStopAsked
                    || !step.Effects.Any(effect => effect is StartContainer or PrepareContainer);
            });
        });

    [Fact]
    public void Whatever_happened_before_a_container_asked_to_be_removed_ends_removed_and_without_a_process() =>
        Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 60], Gen.Bool, AnyCheck)
            .Sample((seed, stopAfter, isPublished, check) =>
        {
            var host = new SimulatedHost(New(isPublished: isPublished), check, new Random(seed));
            for (var step = 0; step < stopAfter; step++) host.LetSomethingHappen(mayMisbehave: true);
            host.Tell(new ContainerEvent.Ordered(TaskState.Remove));
            for (var step = 0; step < 60; step++) host.LetSomethingHappen(mayMisbehave: false);

            return host is { HasProcess: false, Exists: false } && host.Container.Status == ContainerStatus.Removed;
        });

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);
}
