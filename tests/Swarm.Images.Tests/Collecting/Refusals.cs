using Swarm.Images.Repositories;

namespace Swarm.Images.Tests.Collecting;

/// <summary>What a store may say to who asks for something that another one has just taken away.</summary>
internal static class Refusals
{
    /// <returns>Whether it was not refused.</returns>
    public static bool Try<T>(ImageFault fault, Func<T> act, out T result)
    {
        try
        {
            result = act();
            return true;
        }
        catch (ImageException refused) when (refused.Fault == fault)
        {
            result = default!;
            return false;
        }
    }

    public static bool Try<T>(ImageFault fault, Func<T> act) => Try(fault, act, out _);

    /// <returns>Whether it was not refused.</returns>
    public static async Task<bool> TryAsync(ImageFault fault, Func<Task> act)
    {
        try
        {
            await act();
            return true;
        }
        catch (ImageException refused) when (refused.Fault == fault)
        {
            return false;
        }
    }

    /// <returns>Whether it was not refused.</returns>
    public static async Task<bool> TryAsync(Func<Task> act, params RepositoryFault[] faults)
    {
        try
        {
            await act();
            return true;
        }
        catch (RepositoryException refused) when (faults.Contains(refused.Fault))
        {
            return false;
        }
    }
}
