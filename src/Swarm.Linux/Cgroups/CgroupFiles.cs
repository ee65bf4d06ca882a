using System.Collections.Immutable;
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

    /// <summary>Whether cgroups below this one have one of these files; the root never has them.</summary>
    internal static bool HasBelow(string folder, params string[] files)
    {
        if (!Directory.Exists(folder)) return false;
        // All have the same files, but one may vanish while it is looked at.
        if (Directory.GetDirectories(folder) is { Length: > 0 } all) return all.Any(Has);
        try
        {
            var probe = Directory.CreateDirectory(Path.Join(folder, $"swarm.probe.{Guid.NewGuid():N}")).FullName;
            var has = Has(probe);
            Directory.Delete(probe);
            return has;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false; // cgroups that nobody may make have no limits either
        }

        bool Has(string below) => files.Any(file => File.Exists(Path.Join(below, file)));
    }

    /// <summary>Writes <c>MAJOR:MINOR number</c> to the first of these files that a cgroup has.</summary>
    internal static void WriteDevice(string folder, string[] files, int major, int minor, int number) =>
        File.WriteAllText(
            Path.Join(folder, files.FirstOrDefault(file => File.Exists(Path.Join(folder, file))) ?? files[0]),
            string.Create(CultureInfo.InvariantCulture, $"{major}:{minor} {number}"));

    /// <summary>Writes to a file that not every kernel has, where it says something else.</summary>
    internal static void SetWhereKnown(string path, string? text)
    {
        if (text is not null && ReadText(path) is { } before && before.Trim() != text.Trim())
            File.WriteAllText(path, text);
    }

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

    /// <summary>The lines <c>key number</c> of a file.</summary>
    internal static ImmutableSortedDictionary<string, long> ReadAllKeyed(string path) => (ReadText(path) ?? "")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' '))
        .Where(fields => fields.Length == 2)
        .ToImmutableSortedDictionary(
            fields => fields[0], fields => Number(fields[1]), StringComparer.Ordinal);

    /// <summary>The numbers of a file of one line.</summary>
    internal static ImmutableArray<long> ReadNumbers(string path) =>
        [.. (ReadText(path) ?? "").Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(Number)];

    /// <summary>The lines of a file, each in its parts.</summary>
    internal static IEnumerable<string[]> ReadLines(string path) => (ReadText(path) ?? "")
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Pids of a cgroup and of those below it.</summary>
    internal static IReadOnlyList<int> ReadProcesses(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        List<int> found = [];
        foreach (var level in Directory.GetDirectories(folder, "*", SearchOption.AllDirectories).Prepend(folder))
            found.AddRange(ReadNumbers(Path.Join(level, "cgroup.procs")).Select(pid => (int)pid));
        return found;
    }

    /// <summary>A number as the kernel writes it; one that does not fit is as large as one can be.</summary>
    internal static long Number(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : CgroupStatistics.Unlimited;

    internal static string? ReadText(string path)
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
