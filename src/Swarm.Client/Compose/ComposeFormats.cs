using Swarm.Core;

namespace Swarm.Client.Compose;

/// <summary>Formats of Compose files that command lines use too.</summary>
public static class ComposeFormats
{
    /// <summary>As <c>1h5m30s20ms</c>; null when it is not of that form.</summary>
    public static TimeSpan? Duration(string text) => Formats.Duration(text);

    /// <summary>As <c>64m</c> or <c>2gb</c>; null when it is not of that form.</summary>
    public static Bytes? Size(string text) => Formats.Size(text);

    /// <summary>As <c>0.5</c>; null when it is not of that form.</summary>
    public static MilliCpu? Cpus(string text) => Formats.Cpus(text);
}
