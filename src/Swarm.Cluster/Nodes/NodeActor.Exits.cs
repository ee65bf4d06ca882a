using Akka.Actor;
using Swarm.Core;

namespace Swarm.Cluster.Nodes;

/// <summary>Containers that end, and those that belong to no service.</summary>
internal sealed partial class NodeActor
{
    private void ListenForExits() => _node.Engine.Exits.WaitToReadAsync().AsTask().PipeTo(
        Self,
        success: more => more ? new ExitsReady(_exitReader) : new ExitsEnded(null),
        failure: cause => new ExitsEnded(cause));

    private void PassExits()
    {
        while (_node.Engine.Exits.TryRead(out var exit))
        {
            var task = TaskOf(exit.Id);
            var seen = new ContainerExitSeen(task ?? default, exit);
            _standalones.Tell(seen);
            if (task is { } known && _ledger.Claims.TryGetValue(known, out var claim)
                && _services.TryGetValue(claim.Service, out var actor))
            {
                actor.Tell(seen);
            }
        }

        ListenForExits();
    }

    /// <summary>The task of a container, which may have been removed by hand since.</summary>
    private TaskId? TaskOf(ContainerId id) => _node.Engine.Find(id) is { } container
        ? TaskContainer.TaskOf(container)?.Task
        : _ledger.Claims.Keys.Where(task => ContainerId.Of(task) == id).Select(task => (TaskId?)task).FirstOrDefault();

    private void Note(StandaloneUse use)
    {
        if (use.Claims.SequenceEqual(_ledger.Standalone)) return;
        _ledger = _ledger with { Standalone = use.Claims };
        TellUse();
    }
}
