using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Swarm.Linux.Users;

/// <summary>Which users and groups of the host those of a user namespace are.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man7/user_namespaces.7.html">user_namespaces(7)</see>.
/// </remarks>
/// <param name="Users">From 0 on, without a gap.</param>
/// <param name="Groups">From 0 on, without a gap.</param>
public sealed record IdMap(ImmutableArray<IdRange> Users, ImmutableArray<IdRange> Groups)
{
    /// <summary>As what the kernel shows an id that is not mapped.</summary>
    public const uint Nobody = 65534;

    /// <summary>What root of the namespace is on the host.</summary>
    public (uint User, uint Group) Root => (Users[0].Outside, Groups[0].Outside);

    /// <summary>How many groups there are in the namespace in one piece from 0 on.</summary>
    public uint FirstGroups => Groups[0].Size;

    /// <returns>Null where it is not mapped.</returns>
    public uint? UserOnHost(uint user) => OnHost(Users, user);

    /// <inheritdoc cref="UserOnHost"/>
    public uint? GroupOnHost(uint group) => OnHost(Groups, group);

    /// <returns>Nobody where it is not mapped.</returns>
    public uint UserInside(uint user) => InsideOf(Users, user);

    /// <inheritdoc cref="UserInside"/>
    public uint GroupInside(uint group) => InsideOf(Groups, group);

    /// <inheritdoc/>
    public bool Equals(IdMap? other) =>
        other is not null && Users.SequenceEqual(other.Users) && Groups.SequenceEqual(other.Groups);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Root, Users.Length, Groups.Length);

    /// <summary>What is written to <c>/proc/PID/uid_map</c>.</summary>
    internal static string Lines(IEnumerable<IdRange> ranges)
    {
        var text = new StringBuilder();
        foreach (var range in ranges)
        {
            text.Append(CultureInfo.InvariantCulture, $"{range.Inside} {range.Outside} {range.Size}\n");
        }

        return text.ToString();
    }

    private static uint? OnHost(ImmutableArray<IdRange> ranges, uint id)
    {
        foreach (var range in ranges)
        {
            if (id >= range.Inside && id - range.Inside < range.Size) return range.Outside + (id - range.Inside);
        }

        return null;
    }

    private static uint InsideOf(ImmutableArray<IdRange> ranges, uint id)
    {
        foreach (var range in ranges)
        {
            if (id >= range.Outside && id - range.Outside < range.Size) return range.Inside + (id - range.Outside);
        }

        return Nobody;
    }
}
