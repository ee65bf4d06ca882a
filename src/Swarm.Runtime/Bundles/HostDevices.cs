using System.Collections.Immutable;
using System.Globalization;

namespace Swarm.Runtime.Bundles;

/// <summary>The devices of this host, for containers that may use them all.</summary>
internal static class HostDevices
{
    /// <summary>What crun makes itself, or has to be the container's own.</summary>
    private static readonly ImmutableHashSet<string> Own =
        ["console", "null", "zero", "full", "tty", "random", "urandom", "ptmx"];

    public static ImmutableArray<HostDevice> Find() => [.. Find("/sys/dev/char", 'c'), .. Find("/sys/dev/block", 'b')];

    private static IEnumerable<HostDevice> Find(string folder, char kind)
    {
        foreach (var link in Directory.GetDirectories(folder))
        {
            var events = Path.Join(link, "uevent");
            if (!File.Exists(events)) continue;
            var name = File.ReadLines(events)
                .FirstOrDefault(line => line.StartsWith("DEVNAME=", StringComparison.Ordinal));
            if (name is null || Own.Contains(name["DEVNAME=".Length..])) continue;
            var path = "/dev/" + name["DEVNAME=".Length..];
            var numbers = Path.GetFileName(link).Split(':');
            if (!File.Exists(path)) continue;
            yield return new HostDevice(
                path, kind, int.Parse(numbers[0], CultureInfo.InvariantCulture),
                int.Parse(numbers[1], CultureInfo.InvariantCulture));
        }
    }
}
