namespace Swarm.Core.Services;

/// <summary>Waiting that doubles with each failure, up to a limit.</summary>
internal static class BackOff
{
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest)
    {
        if (first >= longest) return first;

        var wait = first;
        for (var i = 1; i < failures && wait < longest; i++) wait *= 2;
        return wait < longest ? wait : longest;
    }
}
