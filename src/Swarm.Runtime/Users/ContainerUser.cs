using System.Collections.Immutable;
using System.Globalization;

namespace Swarm.Runtime.Users;

/// <summary>Who a container's first process is.</summary>
/// <param name="Home">Its home folder; <c>/</c> when none is known.</param>
internal sealed record ContainerUser(uint Uid, uint Gid, ImmutableArray<uint> OtherGroups, string Home)
{
    /// <summary>Looks up <c>user[:group]</c>, each a name or a number, in a root's own files.</summary>
    /// <param name="passwd">Text of /etc/passwd; null when the root has none.</param>
    /// <param name="group">Text of /etc/group; null when the root has none.</param>
    /// <exception cref="ContainerException">There is no such user or group.</exception>
    public static ContainerUser Find(string wanted, string? passwd, string? group)
    {
        var colon = wanted.IndexOf(':', StringComparison.Ordinal);
        var userPart = colon < 0 ? wanted : wanted[..colon];
        var groupPart = colon < 0 ? "" : wanted[(colon + 1)..];
        if (userPart.Length == 0) userPart = "0";

        var entry = Lines(passwd, fields: 7).FirstOrDefault(fields => fields[0] == userPart)
            ?? Lines(passwd, fields: 7).FirstOrDefault(fields => fields[2] == userPart);
        var uid = entry is null ? Number(userPart) : Number(entry[2]);
        if (uid is null) throw Missing($"unable to find user {userPart}: no matching entries in passwd file");

        var home = entry is { } known && known[5].Length > 0 ? known[5] : "/";
        if (groupPart.Length > 0)
        {
            var own = GroupId(groupPart, group);
            return new ContainerUser(uid.Value, own, [own], home);
        }

        var gid = entry is null ? 0 : Number(entry[3]) ?? 0;
        return new ContainerUser(uid.Value, gid, OtherGroupsOf(entry?[0], gid, group), home);
    }

    /// <summary>With more groups, each by name or number.</summary>
    /// <param name="group">Text of /etc/group; null when the root has none.</param>
    /// <exception cref="ContainerException">There is no such group.</exception>
    public ContainerUser WithGroups(ImmutableArray<string> names, string? group) => names.IsEmpty ? this : this with
    {
        OtherGroups = [.. OtherGroups.Concat(names.Select(name => GroupId(name, group))).Distinct()],
    };

    private static uint GroupId(string wanted, string? group)
    {
        var entry = Lines(group, fields: 3).FirstOrDefault(fields => fields[0] == wanted);
        return (entry is null ? Number(wanted) : Number(entry[2]))
            ?? throw Missing($"unable to find group {wanted}: no matching entries in group file");
    }

    private static ImmutableArray<uint> OtherGroupsOf(string? name, uint gid, string? group) => name is null
        ? [gid]
        :
        [
            // Its own group too: or it could lose it, and with it what is forbidden to that group.
            gid,
            .. Lines(group, fields: 4)
                .Where(fields => fields[3].Split(',').Contains(name, StringComparer.Ordinal))
                .Select(fields => Number(fields[2]))
                .OfType<uint>()
                .Where(id => id != gid)
                .Distinct(),
        ];

    private static IEnumerable<string[]> Lines(string? text, int fields) => (text ?? "")
        .Split('\n')
        .Select(line => line.TrimEnd('\r').Split(':'))
        .Where(line => line.Length >= fields && line[0].Length > 0 && line[0][0] != '#');

    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= int.MaxValue
            ? number
            : null;

    private static ContainerException Missing(string message) => new(ContainerFault.Invalid, message);
}
