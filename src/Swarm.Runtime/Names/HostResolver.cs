namespace Swarm.Runtime.Names;

/// <summary>The host's own resolv.conf, read each time: a host's network changes while its containers run.</summary>
internal static class HostResolver
{
    private const string Place = "/etc/resolv.conf";

    /// <returns>Empty where there is none, or none that can be read.</returns>
    internal static string Read()
    {
        try
        {
            return File.ReadAllText(Place);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
