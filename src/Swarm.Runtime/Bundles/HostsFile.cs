using System.Collections.Immutable;
using System.Text;

namespace Swarm.Runtime.Bundles;

/// <summary>Changes a container's /etc/hosts while it runs. What others wrote into it stays.</summary>
/// <remarks>The file is written in place, for it is mounted. The container may write it, too: its text is only
/// searched.</remarks>
internal static class HostsFile
{
    /// <summary>A file that a container has let grow beyond this is left alone.</summary>
    private const int LargestBytes = 1 << 20;

    // Two containers that start may both be linked to by a third.
    private static readonly Lock OneAtATime = new();

    /// <summary>Changes the file, where it is there and not too large.</summary>
    internal static void Change(string path, Func<string, string> change)
    {
        lock (OneAtATime)
        {
            if (!File.Exists(path) || new FileInfo(path).Length > LargestBytes) return;
            var before = File.ReadAllText(path);
            var after = change(before);
            if (after != before) File.WriteAllText(path, after);
        }
    }

    /// <summary>Adds a line at the end.</summary>
    internal static string Add(string text, string address, ImmutableArray<string> names)
    {
        var end = text.Length > 0 && text[^1] != '\n' ? "\n" : "";
        return $"{text}{end}{address}\t{string.Join(' ', names)}\n";
    }

    /// <summary>Takes the lines of that address with these names, in this order, away.</summary>
    internal static string Remove(string text, string address, ImmutableArray<string> names) =>
        EachLine(text, fields => fields[0] == address && fields.Skip(1).SequenceEqual(names), _ => null);

    /// <summary>Gives the lines with these names, in this order, another address.</summary>
    internal static string Move(string text, ImmutableArray<string> names, string address) =>
        EachLine(text, fields => fields.Skip(1).SequenceEqual(names), _ => $"{address}\t{string.Join(' ', names)}");

    private static string EachLine(string text, Predicate<string[]> fits, Func<string, string?> change)
    {
        var result = new StringBuilder(text.Length);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            var kept = fields.Length > 1 && fits(fields) ? change(line) : line;
            if (kept is not null) result.Append(kept).Append('\n');
        }

        return result.ToString();
    }
}
