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
        Task<T>? begun = null;
        try
        {
            begun = work();
            return await begun.WaitAsync(HeldAtMost, time, CancellationToken.None);
        }
        catch (TimeoutException) when (begun is { IsCompleted: false })
        {
            // It goes on without a place.
        }
        finally
        {
            _free.Release();
        }

        return await begun;
    }
}
