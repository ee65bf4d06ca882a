namespace Swarm.Core.Services;

/// <summary>Moments that are reckoned from others.</summary>
internal static class Moments
{
    /// <summary>So much later, or the last moment there is: a journal may hold a time without end, from before such
    /// were refused.</summary>
    public static DateTimeOffset Plus(this DateTimeOffset moment, TimeSpan time) =>
        time < DateTimeOffset.MaxValue - moment ? moment + time : DateTimeOffset.MaxValue;
}
