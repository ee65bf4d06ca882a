using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Linux.Users;

namespace Swarm.Runtime.Bundles;

/// <summary>Kernel settings of a container: only those of its own namespaces.</summary>
internal static class Sysctls
{
    private static readonly ImmutableHashSet<string> OfIpcNamespace =
    [
        "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax",
        "kernel.shmmni", "kernel.shm_rmid_forced",
    ];

    /// <exception cref="ContainerException">A setting would be one of the host.</exception>
    public static void Check(ContainerSpec spec)
    {
        foreach (var name in spec.Sysctls.Keys)
        {
            if (OfIpcNamespace.Contains(name) || name.StartsWith("fs.mqueue.", StringComparison.Ordinal)) continue;
            var isNetwork = name.StartsWith("net.", StringComparison.Ordinal);
            if (isNetwork && spec.NetworkMode != NetworkMode.Host && !name.Contains('/', StringComparison.Ordinal))
                continue;
            throw new ContainerException(
                ContainerFault.Invalid,
                isNetwork
                    ? $"sysctl {name} cannot be set in the host's network"
                    : $"sysctl {name} is not one of a container's own");
        }
    }

    /// <summary>What was asked for, over what Docker sets: low ports and ping for everyone.</summary>
    /// <param name="users">By which its users are mapped; null: they are the host's.</param>
    public static IEnumerable<KeyValuePair<string, string>> Of(ContainerSpec spec, IdMap? users)
    {
        // Only root of the host may write this one; what sets the name itself is allowed.
        var given = spec.Domainname.Length > 0 && users is null
            ? spec.Sysctls.SetItem("kernel.domainname", spec.Domainname)
            : spec.Sysctls;
        // Those of the host's network, or of another container's, are not for this one to set.
        if (spec.NetworkMode == NetworkMode.Host || spec.Shared.Network.Length > 0) return given;
        return ImmutableSortedDictionary<string, string>.Empty
            .SetItem("net.ipv4.ip_unprivileged_port_start", "0")
            .SetItem(
                "net.ipv4.ping_group_range",
                string.Create(CultureInfo.InvariantCulture, $"0 {users?.FirstGroups - 1 ?? int.MaxValue}"))
            .SetItems(given);
    }
}
