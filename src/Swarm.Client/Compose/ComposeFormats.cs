namespace Swarm.Client.Compose;

/// <summary>Formats of Compose files that command lines use too.</summary>
public static class ComposeFormats
{
    /// <summary>As <c>1h5m30s20ms</c>; null when it is not of that form.</summary>
    public static TimeSpan? Duration(string text) => Formats.Duration(text);
}
