using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;
using Swarm.Runtime.Nodes;

namespace Swarm.Cluster.Nodes;

/// <summary>What is kept of the container, on the disk.</summary>
internal sealed partial class StandaloneActor
{
    private static readonly TimeSpan SaveAgainAfter = TimeSpan.FromSeconds(5);

    private static readonly ContainerException TooLate = new(ContainerFault.NotFound, "the container was removed");

    private bool _isSaving;
    private bool _mustSave;
    private bool _isOwed;
    private List<Action<Exception?>> _afterSave = [];

    /// <summary>Keeps what is wanted or seen, and goes on when it is on the disk; one write at a time.</summary>
    private void Keep(KeptContainer kept, Action<Exception?> then)
    {
        _kept = kept;
        _afterSave.Add(then);
        if (_isSaving) _mustSave = true;
        else Save();
    }

    private void Save()
    {
        var then = _afterSave;
        (_afterSave, _mustSave) = ([], false);
        if (_container.Status == ContainerStatus.Removed)
        {
            // It is being forgotten, and would be kept again.
            foreach (var late in then) late(TooLate);
            return;
        }

        _isSaving = true;
        node.Standalone.SaveAsync(_kept).PipeTo(
            Self, success: () => new Saved(then, null), failure: cause => new Saved(then, Causes.Of(cause)));
    }

    private void GoOn(Saved saved)
    {
        _isSaving = false;
        NoteOwed(saved.Fault);
        foreach (var then in saved.Then) then(saved.Fault);
        if (_mustSave && !_isSaving) Save();
        if (_container.Status == ContainerStatus.Removed) Forget();
    }

    /// <summary>What is so though it could not be kept is kept when there is room: else a container that was stopped
    /// meanwhile would be started by the next process.</summary>
    private void NoteOwed(Exception? fault)
    {
        if (fault is not null && !_isOwed) LogNotKept(fault, _kept.Id);
        _isOwed = fault is not null;
        if (_isOwed) Timers.StartSingleTimer(nameof(SaveAgain), new SaveAgain(), SaveAgainAfter);
        else Timers.Cancel(nameof(SaveAgain));
    }

    private void Owe()
    {
        if (_isOwed && !_isSaving && _container.Status != ContainerStatus.Removed) Save();
    }

    [LoggerMessage(
        LogLevel.Error, "What is wanted of container {Container} could not be kept, and is tried again until it can")]
    private partial void LogNotKept(Exception cause, ContainerId container);

    private sealed record Saved(List<Action<Exception?>> Then, Exception? Fault) : INoSerializationVerificationNeeded;

    private sealed record SaveAgain : INoSerializationVerificationNeeded;
}
