using System.Globalization;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux.Users;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Records;

namespace Swarm.Runtime.Making;

/// <summary>The user namespace of a container whose users are mapped, until the container has processes in it.
/// </summary>
/// <remarks>Drawn in docs/user-namespaces.md.</remarks>
internal sealed class MappedUsers : IDisposable
{
    private readonly NamespaceHolder? _holder;

    private MappedUsers(IdMap map, string userNamespace, NamespaceHolder? holder, bool hasNetwork)
    {
        (Map, UserNamespace, _holder) = (map, userNamespace, holder);
        NetworkNamespace = hasNetwork ? holder?.PathOf("net") : null;
    }

    public IdMap Map { get; }

    public string UserNamespace { get; }

    /// <summary>One that belongs to the user namespace; null where none was asked for.</summary>
    public string? NetworkNamespace { get; }

    /// <param name="find">A container that runs.</param>
    /// <returns>Null where its users are those of the host.</returns>
    /// <exception cref="ContainerException">It would share namespaces with a container of other users.</exception>
    public static MappedUsers? Begin(ContainerRecord record, Func<ContainerId, ContainerRecord> find)
    {
        if (record.Users is not { } map) return null;
        var spec = record.Definition.Spec;
        var hasNetwork = spec.NetworkMode == NetworkMode.Bridge;
        if (FindShared(spec.Shared, map, find) is { } shared)
        {
            return new MappedUsers(
                map, shared, hasNetwork ? NamespaceHolder.MakeNetworkIn(shared) : null, hasNetwork);
        }

        var holder = NamespaceHolder.Make(map, hasNetwork);
        return new MappedUsers(map, holder.PathOf("user"), holder, hasNetwork);
    }

    public void Dispose() => _holder?.Dispose();

    /// <summary>Whoever is in another container's namespace has to be in the user namespace that this belongs to.
    /// </summary>
    private static string? FindShared(SharedNamespaces wanted, IdMap map, Func<ContainerId, ContainerRecord> find)
    {
        string? found = null;
        foreach (var (kind, mode) in ((string, string)[])
            [("PID", wanted.Pid), ("IPC", wanted.Ipc), ("UTS", wanted.Uts), ("network", wanted.Network)])
        {
            if (NamespaceChoice.ContainerOf(mode) is not { } id) continue;
            var other = find(id);
            if (!map.Equals(other.Users))
            {
                throw Invalid($"cannot share the {kind} namespace of container {id.Short}: its users are "
                    + (other.Users is null ? "those of the host" : "mapped to others of the host"));
            }

            var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{other.First.Pid}/ns/user");
            if (found is not null && NameOf(found) != NameOf(path))
                throw Invalid("cannot share namespaces of containers that have user namespaces of their own");
            found = path;
        }

        return found;
    }

    private static string? NameOf(string path) => new FileInfo(path).LinkTarget;

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);
}
