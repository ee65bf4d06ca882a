using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Bundles;

/// <summary>Finds the namespaces that a container shares with the host or with another one.</summary>
/// <param name="pidOf">The first process of a container that runs; refuses one that does not.</param>
internal sealed class NamespaceChoice(Func<ContainerId, int> pidOf)
{
    private const string OfContainer = "container:";

    /// <returns>By kind the path of the namespace; null for the host's.</returns>
    /// <exception cref="ContainerException">It is said in no known way, or that container does not run.</exception>
    public ImmutableDictionary<string, string?> Choose(SharedNamespaces shared)
    {
        var found = ImmutableDictionary.CreateBuilder<string, string?>();
        Add(found, "pid", "pid", shared.Pid);
        if (shared.Ipc is not ("shareable" or "none")) Add(found, "ipc", "ipc", shared.Ipc);
        Add(found, "uts", "uts", shared.Uts);
        if (shared.Network == "host") throw Invalid("network", shared.Network);
        Add(found, "network", "net", shared.Network);
        return found.ToImmutable();
    }

    /// <summary>The container that is named in <c>container:ID</c>; null for anything else.</summary>
    public static ContainerId? ContainerOf(string wanted) => wanted.StartsWith(OfContainer, StringComparison.Ordinal)
        ? new ContainerId(wanted[OfContainer.Length..])
        : null;

    private void Add(
        ImmutableDictionary<string, string?>.Builder found, string kind, string file, string wanted)
    {
        if (wanted.Length == 0) return;
        if (wanted == "host")
        {
            found[kind] = null;
            return;
        }

        if (!wanted.StartsWith(OfContainer, StringComparison.Ordinal)) throw Invalid(kind, wanted);
        var pid = pidOf(new ContainerId(wanted[OfContainer.Length..]));
        found[kind] = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/{file}");
    }

    private static ContainerException Invalid(string kind, string wanted) =>
        new(ContainerFault.Invalid, $"there is no {kind} namespace '{wanted}'");
}
