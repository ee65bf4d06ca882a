using Akka.Actor;
using Swarm.Core.Containers;
using Swarm.Runtime;
using static Swarm.Cluster.Nodes.StandaloneAnswer;

namespace Swarm.Cluster.Nodes;

/// <summary>Those who wait until a container has come where they asked it to be.</summary>
/// <remarks>Each is a request of a client, and a node takes a bounded number of those.</remarks>
internal sealed class StandaloneAskers
{
    /// <summary>For one whose request was lost with the actor that had it.</summary>
    public static Refused Broken { get; } = new(
        ContainerFault.Host, "what was asked of the container was lost: see what became of it, and ask again");

    private readonly List<IActorRef> _forEnd = [];
    private readonly List<IActorRef> _forRemoval = [];
    private readonly List<AwaitedStart> _forStart = [];
    private readonly List<IActorRef> _forRestart = [];
    private readonly List<(IActorRef Asker, Refused Answer)> _refused = [];

    /// <param name="runBefore">How often it had been started when it was asked for.</param>
    /// <param name="hasBegun">It is being started already, for somebody else.</param>
    public void AwaitStart(IActorRef asker, int runBefore, bool hasBegun) =>
        _forStart.Add(new AwaitedStart(asker, runBefore) { HasBegun = hasBegun });

    /// <summary>Waits for its end, which may have come while what was asked for was kept.</summary>
    public void AwaitEnd(IActorRef asker, Container container)
    {
        if (container.Status >= ContainerStatus.Ended) asker.Tell(new Done(Changed: true));
        else _forEnd.Add(asker);
    }

    public void AwaitRemoval(IActorRef asker) => _forRemoval.Add(asker);

    /// <summary>Whether somebody waits for its removal; nobody does where it removes itself.</summary>
    public bool IsRemovalAwaited => _forRemoval.Exists(asker => !asker.IsNobody());

    public void AwaitRestart(IActorRef asker) => _forRestart.Add(asker);

    /// <summary>One who wants it to be started now that it has ended; others who do wait with him.</summary>
    public IActorRef? TakeRestart(int runBefore)
    {
        if (_forRestart is not [var first, .. var others]) return null;
        foreach (var other in others) AwaitStart(other, runBefore, hasBegun: false);
        _forRestart.Clear();
        return first;
    }

    /// <param name="isRemovedThen">It is removed when it cannot be started. Whoever asked for that is told
    /// afterwards, as by Docker: until then its client would wait for the removal, and goes away without.</param>
    /// <param name="isGone">The engine does not have it any more: that it is removed is all there is to tell.</param>
    public void Move(Container container, bool isRemovedThen, bool isGone)
    {
        foreach (var awaited in _forStart.ToArray())
        {
            if (AnswerOf(container, awaited) is not { } answer || (isGone && answer is Refused)) continue;
            _forStart.Remove(awaited);
            if (isRemovedThen && answer is Refused refused) _refused.Add((awaited.Asker, refused));
            else awaited.Asker.Tell(answer);
        }

        if (container.Status >= ContainerStatus.Ended) Answer(_forEnd);
    }

    /// <summary>It was killed and does not end. What was wanted of it stays wanted.</summary>
    public void GiveUp()
    {
        foreach (var asker in _forEnd.Concat(_forRemoval).Concat(_forRestart))
        {
            asker.Tell(new Refused(
                ContainerFault.Host, "tried to kill container, but did not receive an exit event: a process of it "
                    + "waits for the kernel"));
        }

        _forEnd.Clear();
        _forRemoval.Clear();
        _forRestart.Clear();
        AnswerRefused();
    }

    /// <summary>There will be no answer from here.</summary>
    public void Break()
    {
        AnswerRefused();
        foreach (var asker in _forEnd.Concat(_forRemoval).Concat(_forStart.Select(start => start.Asker))
            .Concat(_forRestart))
        {
            asker.Tell(Broken);
        }
    }

    public void BeGone()
    {
        AnswerRefused();
        Answer(_forEnd);
        Answer(_forRemoval);
        foreach (var asker in _forStart.Select(awaited => awaited.Asker).Concat(_forRestart))
            asker.Tell(new Refused(ContainerFault.NotFound, "it was removed before it had started"));
        _forStart.Clear();
        _forRestart.Clear();
    }

    private static StandaloneAnswer? AnswerOf(Container container, AwaitedStart awaited)
    {
        if (container.Run > awaited.RunBefore) return new Done(Changed: true);

        // An end that is seen before it begins to start is that of the run before.
        awaited.HasBegun |= container.Status == ContainerStatus.Starting;
        if (!awaited.HasBegun || container.Status < ContainerStatus.Ended) return null;
        return container.StartFault.Length > 0
            ? new Refused(ContainerFault.Invalid, container.StartFault)
            : new Refused(ContainerFault.Conflict, "it was stopped before it had started");
    }

    private void AnswerRefused()
    {
        foreach (var (asker, answer) in _refused) asker.Tell(answer);
        _refused.Clear();
    }

    private static void Answer(List<IActorRef> askers)
    {
        foreach (var asker in askers) asker.Tell(new Done(Changed: true));
        askers.Clear();
    }

    private sealed record AwaitedStart(IActorRef Asker, int RunBefore)
    {
        public bool HasBegun { get; set; }
    }
}
