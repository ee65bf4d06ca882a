using System.Globalization;

namespace Swarm.Linux.Users;

/// <summary>Reads how the users of containers are mapped, in the words of <c>dockerd --userns-remap</c>, or as a range.
/// </summary>
/// <param name="read">The text of a file of the host; null where it is not there.</param>
public sealed class UserRemap(Func<string, string?> read)
{
    /// <summary>Whose ranges <c>default</c> means; Docker's own name, so that a host has them once.</summary>
    public const string DefaultUser = "dockremap";

    private const string Passwd = "/etc/passwd";
    private const string Group = "/etc/group";
    private const string Subuid = "/etc/subuid";
    private const string Subgid = "/etc/subgid";

    /// <summary>By the files of this host.</summary>
    public static UserRemap OfHost { get; } = new(path => File.Exists(path) ? File.ReadAllText(path) : null);

    /// <param name="text">Empty; <c>default</c>; <c>USER</c> or <c>USER:GROUP</c>, each a name or a number; or
    /// <c>FIRST-LAST</c>.</param>
    /// <returns>Null where users are not mapped.</returns>
    /// <exception cref="FormatException">What is wrong, and what to do.</exception>
    public IdMap? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0) return null;
        if (TryRange(text) is { } range) return new IdMap([range], [range]);
        if (text == "default") return Of((DefaultUser, ""), (DefaultUser, ""));
        var parts = text.Split(':');
        if (parts.Length > 2 || parts.Any(part => part.Length == 0 || part.Any(c => char.IsWhiteSpace(c))))
            throw new FormatException($"'{text}' is not default, USER, USER:GROUP, or FIRST-LAST as 100000-165535");
        var user = Lookup(Passwd, parts[0], "user");
        // As in Docker: the group of the same name, when none is named.
        var group = parts.Length == 2 ? Lookup(Group, parts[1], "group") : user;
        return Of(user, group);
    }

    private IdMap Of((string Name, string Id) user, (string Name, string Id) group) => new(
        SubordinateIds.Find(Subuid, read(Subuid), Names(user)),
        SubordinateIds.Find(Subgid, read(Subgid), Names(group)));

    private static string[] Names((string Name, string Id) one) => one.Id.Length == 0 ? [one.Name] : [one.Name, one.Id];

    private (string Name, string Id) Lookup(string path, string wanted, string kind)
    {
        var lines = (read(path) ?? "").Split('\n').Select(line => line.Split(':')).Where(fields => fields.Length > 2);
        foreach (var fields in lines)
        {
            if (fields[0] == wanted || fields[2] == wanted) return (fields[0], fields[2]);
        }

        throw new FormatException($"there is no {kind} {wanted} in {path}");
    }

    /// <returns>Null where it is not of two numbers with a dash.</returns>
    private static IdRange? TryRange(string text)
    {
        var parts = text.Split('-');
        if (parts.Length != 2 || !parts.All(part => part.Length > 0 && part.All(char.IsAsciiDigit))) return null;
        if (!TryNumber(parts[0], out var first) || !TryNumber(parts[1], out var last))
            throw new FormatException($"'{text}' is beyond the ids there are");
        var size = (long)last - first + 1;
        RangeCheck.Check(text, first, size);
        var range = new IdRange(0, first, (uint)size);
        RangeCheck.CheckWhole(text, [range]);
        return range;
    }

    private static bool TryNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
