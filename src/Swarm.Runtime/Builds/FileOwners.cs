using System.Globalization;

namespace Swarm.Runtime.Builds;

/// <summary>Who <c>--chown</c> means.</summary>
/// <remarks>A group that is not given has the name, or the number, of the user, as in Docker.</remarks>
internal static class FileOwners
{
    /// <param name="wanted"><c>user[:group]</c>, each a name or a number.</param>
    /// <param name="passwd">Text of the image's /etc/passwd; null when it has none.</param>
    /// <param name="group">Text of the image's /etc/group; null when it has none.</param>
    /// <exception cref="BuildException">There is no such user or group.</exception>
    public static (uint User, uint Group) Find(string wanted, string? passwd, string? group)
    {
        var parts = wanted.Split(':', 2);
        var groupPart = parts.Length == 2 ? parts[1] : parts[0];
        return (
            Look(parts[0], passwd) ?? throw Missing("uid", "user", parts[0]),
            Look(groupPart, group) ?? throw Missing("gid", "group", groupPart));
    }

    private static uint? Look(string nameOrNumber, string? file) =>
        Number(nameOrNumber) ?? (file ?? "").Split('\n')
            .Select(line => line.TrimEnd('\r').Split(':'))
            .Where(fields => fields.Length > 2 && fields[0] == nameOrNumber)
            .Select(fields => Number(fields[2]))
            .FirstOrDefault();

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue
            ? number
            : null;

    private static BuildException Missing(string id, string kind, string name) => new(
        $"unable to convert uid/gid chown string to host mapping: can't find {id} for {kind} {name}: no such {kind}: "
        + name);
}
