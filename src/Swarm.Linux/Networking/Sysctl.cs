namespace Swarm.Linux.Networking;

/// <summary>Settings of the network namespace of the calling thread, under /proc/sys/net.</summary>
/// <remarks><see href="https://docs.kernel.org/networking/ip-sysctl.html"/>.</remarks>
public static class Sysctl
{
    /// <param name="name">As <c>ipv4/ip_forward</c>.</param>
    /// <returns>Null where the kernel has no such setting.</returns>
    public static string? Read(string name)
    {
        var path = PathOf(name);
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    /// <summary>
    /// Sets it, unless it is so; a read-only /proc/sys therefore only matters where something must change.
    /// </summary>
    /// <returns>False where the kernel has no such setting.</returns>
    /// <exception cref="LinuxException">EROFS or EACCES where the setting may not be changed.</exception>
    public static bool Write(string name, string value)
    {
        var present = Read(name);
        if (present is null) return false;
        if (present == value) return true;

        try
        {
            File.WriteAllText(PathOf(name), value);
        }
        catch (UnauthorizedAccessException)
        {
            throw new LinuxException($"set net/{name} to {value}", Errno.EACCES);
        }
        catch (IOException cause) when (cause is not LinuxException)
        {
            throw new LinuxException($"set net/{name} to {value}", cause.HResult & 0xffff, detail: cause.Message);
        }

        return true;
    }

    private static string PathOf(string name) => "/proc/sys/net/" + name;
}
