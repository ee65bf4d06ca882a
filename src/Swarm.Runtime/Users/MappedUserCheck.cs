using Swarm.Core.Containers;
using Swarm.Linux.Users;

namespace Swarm.Runtime.Users;

/// <summary>What a container cannot be whose users are mapped: the kernel gives what is the host's to the host's root
/// only.</summary>
internal static class MappedUserCheck
{
    private const string InHost = ": its users are mapped, and only with those of the host (userns=host) it may";

    /// <param name="users">Null where they are those of the host.</param>
    /// <exception cref="ContainerException">What it cannot be, and what allows it.</exception>
    public static void Check(ContainerSpec spec, IdMap? users)
    {
        if (spec.Shared.User is not ("" or "host")) throw Invalid($"there is no user namespace '{spec.Shared.User}'");
        if (users is null) return;
        if (spec.Privileged) throw Invalid("the container cannot be privileged" + InHost);
        if (spec.NetworkMode == NetworkMode.Host)
            throw Invalid("the container cannot share the host's network namespace" + InHost);
        if (spec.Shared.Pid == "host") throw Invalid("the container cannot share the host's PID namespace" + InHost);
    }

    /// <exception cref="ContainerException">The user, or one of its groups, is none of the container's.</exception>
    public static void Check(ContainerUser user, IdMap? users)
    {
        if (users is null) return;
        if (users.UserOnHost(user.Uid) is null) throw Invalid($"user {user.Uid} is beyond those that are mapped");
        foreach (var group in user.OtherGroups.Add(user.Gid))
        {
            if (users.GroupOnHost(group) is null) throw Invalid($"group {group} is beyond those that are mapped");
        }
    }

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);
}
