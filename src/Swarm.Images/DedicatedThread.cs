namespace Swarm.Images;

/// <summary>Runs work that blocks in the kernel on a thread of its own, so that no pool waits for the disk.</summary>
internal static class DedicatedThread
{
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation) => Task.Factory.StartNew(
        work, cancellation, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        StoreSteps.Threads);
}
