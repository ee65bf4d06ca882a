using System.Runtime.CompilerServices;

namespace Swarm.Images;

/// <summary>The lock around what others see of the store; held for moments.</summary>
internal sealed class StoreGate
{
    private readonly Lock _lock = new();

    /// <summary>Enters it, also where this thread is in it already.</summary>
    public Lock.Scope Enter([CallerMemberName] string step = "")
    {
        if (!_lock.IsHeldByCurrentThread) StoreSteps.Between(step);
        return _lock.EnterScope();
    }
}
