using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Swarm.Linux.Mounts;

/// <summary>What is mounted where in the mount namespace of the calling thread.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html">/proc/PID/mountinfo</see>. A bind of the
/// same file system has its own line there, while no device number tells of it.
/// </remarks>
public sealed partial class MountTable
{
    private const int PointField = 4;
    private const int FirstOptionalField = 6;

    private readonly ImmutableArray<MountedAt> _mounts;

    private MountTable(ImmutableArray<MountedAt> mounts) => _mounts = mounts;

    public static MountTable Read() => Parse(File.ReadLines("/proc/thread-self/mountinfo"));

    /// <param name="lines">As in <c>mountinfo</c>, in the order of mounting.</param>
    public static MountTable Parse(IEnumerable<string> lines) => new([.. lines.Select(ParseLine)]);

    /// <summary>Whether something is mounted right there.</summary>
    /// <param name="path">A full path without links.</param>
    public bool IsMountPoint(string path) => _mounts.Any(mount => mount.Point == path);

    /// <summary>The mount a path is on: the last one made at the deepest place above it.</summary>
    /// <param name="path">A full path without links.</param>
    public MountedAt Find(string path) => _mounts
        .Where(mount => mount.Point == "/" || path == mount.Point
            || path.StartsWith(mount.Point + "/", StringComparison.Ordinal))
        .MaxBy(mount => (mount.Point.Length, _mounts.IndexOf(mount)))
        ?? new MountedAt("/", "", IsShared: false, IsSlave: false);

    private static MountedAt ParseLine(string line)
    {
        var fields = line.Split(' ');
        var optional = fields.Skip(FirstOptionalField).TakeWhile(field => field != "-").ToImmutableArray();
        return new MountedAt(
            Octal().Replace(fields[PointField], Unescape),
            fields.SkipWhile(field => field != "-").ElementAtOrDefault(1) ?? "",
            optional.Any(field => field.StartsWith("shared:", StringComparison.Ordinal)),
            optional.Any(field => field.StartsWith("master:", StringComparison.Ordinal)));
    }

    private static string Unescape(Match escaped) => ((char)Convert.ToInt32(escaped.Value[1..], 8))
        .ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\\[0-7]{3}")]
    private static partial Regex Octal();
}

/// <param name="Point">Where it is mounted.</param>
/// <param name="Kind">The type of its file system, as <c>ext4</c>.</param>
/// <param name="IsShared">What is mounted below it is seen by its peers, and the other way.</param>
/// <param name="IsSlave">What is mounted below its master is seen here.</param>
public sealed record MountedAt(string Point, string Kind, bool IsShared, bool IsSlave);
