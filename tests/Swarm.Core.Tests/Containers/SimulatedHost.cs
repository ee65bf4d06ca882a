using System.Diagnostics;
using Swarm.Core.Containers;
using static Swarm.Core.Containers.ContainerEffect;
using static Swarm.Core.Tests.Containers.ContainerExamples;

namespace Swarm.Core.Tests.Containers;

/// <summary>Carries out the effects of one container late and in any order, as chance has it.</summary>
internal sealed class SimulatedHost
{
    private readonly List<Func<ContainerEvent?>> _pending = [];
    private readonly HealthCheck? _check;
    private readonly Random _random;
    private int _run;

    public SimulatedHost(Container container, HealthCheck? check, Random random)
    {
        (Container, _check, _random) = (container, check, random);
        Tell(new ContainerEvent.Looked(null));
    }

    public Container Container { get; private set; }

    public bool Exists { get; private set; }

    public bool HasProcess { get; private set; }

    public void Tell(ContainerEvent happened)
    {
        var step = ContainerLifecycle.Step(Container, happened, Start);
        var servesNow = step.Next.IsServing && !Container.IsServing;
        Container = step.Next;
        if (servesNow && _random.Next(8) > 0) _pending.Add(Publish);
        foreach (var effect in step.Effects) _pending.Add(CarryOut(effect));
    }

    public void LetSomethingHappen(bool mayMisbehave)
    {
        if (mayMisbehave && HasProcess && _random.Next(4) == 0)
        {
            Tell(End(_random.Next(2)));
            return;
        }

        if (_pending.Count == 0) return;

        var next = _random.Next(_pending.Count);
        var act = _pending[next];
        _pending.RemoveAt(next);
        if (act() is { } happened) Tell(happened);
    }

    private Func<ContainerEvent?> CarryOut(ContainerEffect effect) => effect switch
    {
        PrepareContainer => () =>
        {
            Exists = true;
            return new ContainerEvent.Prepared(Sighting(0, _check));
        }
        ,
        StartContainer => () =>
        {
            if (!Exists) throw new UnreachableException("started before it was made");
            HasProcess = true;
            return new ContainerEvent.Started(Sighting(++_run, _check));
        }
        ,
        TerminateContainer => () =>
        {
            _pending.Add(() => new ContainerEvent.GraceEnded());
            return HasProcess && _random.Next(2) == 0 ? End(143) : null;
        }
        ,
        KillContainer => () => HasProcess ? End(137) : null,
        ProbeContainer probe => () => new ContainerEvent.Probed(probe.Run, _random.Next(3) > 0, "no"),
        WaitForProbe wait => () => new ContainerEvent.ProbeDue(wait.Run),
        WaitToPublish wait => () => new ContainerEvent.PublishOverdue(wait.Run),
        WaitBackOff => () => new ContainerEvent.BackOffEnded(),
        DrainContainer => () => new ContainerEvent.Drained(),
        RemoveContainer => Remove,
        WaitToRemove => () => new ContainerEvent.RemoveDue(),
        AbandonPreparing => () => null,
        _ => throw new UnreachableException($"no way to carry out {effect}"),
    };

    private ContainerEvent Publish() => new ContainerEvent.Published(_random.Next(3) == 0 ? "taken" : "");

    private ContainerEvent Remove()
    {
        if (_random.Next(3) == 0) return new ContainerEvent.RemoveFailed("busy");
        if (HasProcess) throw new UnreachableException("removed while it ran");
        Exists = false;
        return new ContainerEvent.Removed();
    }

    private ContainerEvent End(int code)
    {
        HasProcess = false;
        return Exited(_run, code);
    }
}
