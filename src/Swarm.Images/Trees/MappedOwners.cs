using Swarm.Images.Tar;
using Swarm.Linux.Users;

namespace Swarm.Images.Trees;

/// <summary>Entries that come into a root whose owners are shown by a map.</summary>
internal static class MappedOwners
{
    /// <summary>Gives an entry the owner on the host that it is meant to have in the container.</summary>
    /// <exception cref="ImageException">There is no such user or group in the container.</exception>
    public static TarEntry ToHost(TarEntry entry, IdMap map, TarReader tar) => entry with
    {
        UserId = map.UserOnHost(entry.UserId) ?? throw tar.Invalid(
            entry, $"user {entry.UserId} is none of those that the container has"),
        GroupId = map.GroupOnHost(entry.GroupId) ?? throw tar.Invalid(
            entry, $"group {entry.GroupId} is none of those that the container has"),
        Attributes =
        [
            .. entry.Attributes.Where(one => !IsAccessList(one)).Select(one => IsCapability(one)
                ? one with { Value = FileCapabilities.ToHost(one.Value, map) }
                : one),
        ],
    };

    private static bool IsCapability(TarAttribute attribute) =>
        attribute.Name.AsSpan().SequenceEqual("security.capability"u8);

    // They name users by the container's ids, and nothing that writes archives of containers adds them.
    private static bool IsAccessList(TarAttribute attribute) =>
        attribute.Name.AsSpan().StartsWith("system.posix_acl_"u8);
}
