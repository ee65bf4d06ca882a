namespace Swarm.Hosts;

/// <summary>Waits for what comes by itself, by looking at it: the one place that waits in these tests.</summary>
public static class Until
{
    /// <summary>Generous: the machine may be shared, and a failing wait says how it was at last.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(25);

    /// <param name="last">Says in a failure how it was at last.</param>
    /// <exception cref="TimeoutException">It did not come within <see cref="Patience"/>.</exception>
    public static Task TrueAsync(Func<bool> isSo, Func<string> last, TimeSpan? patience = null) =>
        TrueAsync(() => Task.FromResult(isSo()), last, patience);

    /// <inheritdoc cref="TrueAsync(Func{bool}, Func{string}, TimeSpan?)"/>
    public static async Task TrueAsync(Func<Task<bool>> isSo, Func<string> last, TimeSpan? patience = null)
    {
        var limit = patience ?? Patience;
        var begun = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > limit)
                throw new TimeoutException($"not within {limit}: {last()}");
            await Task.Delay(LookEvery, TimeProvider.System);
        }
    }

    /// <summary>Looks as long as told that something stays so.</summary>
    /// <exception cref="InvalidOperationException">It did not stay so.</exception>
    public static async Task StaysAsync(TimeSpan span, Func<bool> isSo, Func<string> last)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (TimeProvider.System.GetElapsedTime(begun) < span)
        {
            if (!isSo()) throw new InvalidOperationException($"it did not stay so: {last()}");
            await Task.Delay(LookEvery, TimeProvider.System);
        }
    }
}
