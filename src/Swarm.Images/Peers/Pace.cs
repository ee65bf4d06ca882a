namespace Swarm.Images.Peers;

/// <summary>How fast something comes, looked at now and then.</summary>
internal sealed class Pace(TimeSpan lookEvery, TimeProvider time)
{
    private long _since = time.GetTimestamp();
    private long _came;

    /// <summary>So many bytes more came.</summary>
    /// <returns>How many came in a second since it was last looked at; null where it is not time to look.</returns>
    public double? Look(int bytes)
    {
        _came += bytes;
        var span = time.GetElapsedTime(_since);
        if (span < lookEvery) return null;

        var bytesPerSecond = _came / span.TotalSeconds;
        (_since, _came) = (time.GetTimestamp(), 0);
        return bytesPerSecond;
    }
}
