using System.Globalization;

namespace Swarm.Linux.Cgroups;

/// <summary>Reads and writes the kernel's small text files of numbers.</summary>
public static class CgroupFiles
{
    private const string MountPoint = "/sys/fs/cgroup";

    /// <summary>The cgroups of this host.</summary>
    public static ICgroups OfHost() =>
        File.Exists(Path.Join(MountPoint, "cgroup.controllers"))
            ? new CgroupsV2(MountPoint)
            : new CgroupsV1(MountPoint);

    /// <returns>Null when there is no such file.</returns>
    internal static long? ReadNumber(string path) =>
        ReadText(path) is { } text && long.TryParse(text.AsSpan().Trim(), CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>The number after a key, in a file of lines <c>key number</c>; 0 when it is not there.</summary>
    internal static long ReadKeyed(string path, string key)
    {
        foreach (var line in (ReadText(path) ?? "").Split('\n'))
        {
            if (line.Length <= key.Length || line[key.Length] != ' ' || !line.StartsWith(key, StringComparison.Ordinal))
                continue;
            return long.Parse(line.AsSpan(key.Length + 1), CultureInfo.InvariantCulture);
        }

        return 0;
    }

    /// <summary>
    /// Removes a folder of a hierarchy with those in it: their files go with them and cannot be removed.
    /// </summary>
    internal static bool RemoveTree(string folder)
    {
        if (!Directory.Exists(folder)) return true;
        try
        {
            foreach (var child in Directory.GetDirectories(folder)) RemoveTree(child);
            Directory.Delete(folder);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            // EBUSY: a process is in it still.
            return false;
        }
    }

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (IOException)
        {
            // ENODEV: the cgroup went away after the file had been opened.
            return null;
        }
    }
}
