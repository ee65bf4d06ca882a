namespace Swarm.Runtime.Builds;

/// <summary>Runs work that reads and writes many files on a thread of its own.</summary>
internal static class BlockingStep
{
    public static Task<T> RunAsync<T>(Func<T> work, CancellationToken cancellation) => Task.Factory.StartNew(
        work, cancellation, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);
}
