using System.Diagnostics.CodeAnalysis;

namespace Swarm.Cluster.Nodes;

/// <summary>Lets so many make or start a container at one time.</summary>
/// <remarks>Who hangs, as at a file system that does not answer, leaves his place to others, and goes on.</remarks>
[SuppressMessage("Reliability", "CA1001", Justification = "Without its wait handle it has nothing to dispose of.")]
internal sealed class StartPlaces(int count, TimeProvider time)
{
    /// <summary>A start takes a tenth of a second, and some when all start at once.</summary>
    public static readonly TimeSpan HeldAtMost = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _free = new(count);

    /// <param name="cancellation">Ends the waiting for a place, not the work.</param>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        Task<T> begun;
        try
        {
            begun = work();
            // How it ends is told below, also where that is in the moment in which its time is over.
            Task held = begun;
            await held.WaitAsync(HeldAtMost, time, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        finally
        {
            _free.Release();
        }

        return await begun;
    }
}
