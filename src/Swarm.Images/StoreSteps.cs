namespace Swarm.Images;

/// <summary>Sees the steps of stores before they are taken.</summary>
internal interface IStoreWatch
{
    /// <summary>Others may go on now, before this one does: nothing of the store is locked.</summary>
    void Between(string step);

    /// <summary>The disk is about to change; the store may be locked.</summary>
    void BeforeWrite(string step);

    /// <summary>What runs work that blocks.</summary>
    TaskScheduler Threads { get; }

    /// <summary>Waits for what the framework does on its pool.</summary>
    void Await(Task work);
}

/// <summary>Where a simulation decides who goes on, and where a process dies. Production has no watch.</summary>
/// <remarks>Told in docs/testing.md.</remarks>
internal static class StoreSteps
{
    /// <summary>Of all stores of this process; null where nobody watches.</summary>
    public static IStoreWatch? Watch { get; set; }

    public static TaskScheduler Threads => Watch?.Threads ?? TaskScheduler.Default;

    public static void Between(string step) => Watch?.Between(step);

    public static void BeforeWrite(string step) => Watch?.BeforeWrite(step);

    /// <summary>What the framework does on its pool: where somebody watches, it has ended, and it is no matter of
    /// chance whether it had when it was asked.</summary>
    public static Task OnPool(Task work)
    {
        Watch?.Await(work);
        return work;
    }
}
