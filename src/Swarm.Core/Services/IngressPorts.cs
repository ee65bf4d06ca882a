using System.Globalization;
using Swarm.Core.Containers;

namespace Swarm.Core.Services;

/// <summary>Chooses the port of the hosts for what a service publishes to all of them without naming one.</summary>
/// <remarks>
/// The choice becomes part of the specification, so every node publishes the same port and a repeated specification
/// keeps it. Names of services spread the choices; should two services still meet at one port,
/// the later one's tasks say so.
/// </remarks>
internal static class IngressPorts
{
    /// <summary>Below the range that kernels give to outgoing connections.</summary>
    public const int First = 30_000;

    public const int Last = 32_767;

    /// <summary>The specification with each such port chosen; one is left at 0 when none is
    /// free within the service.</summary>
    /// <param name="old">The specification now in force, whose choices are kept.</param>
    public static ServiceSpec Choose(ServiceSpec? old, ServiceSpec spec)
    {
        if (!spec.Container.Ports.Any(IsOpen)) return spec;

        var taken = spec.Container.Ports.Select(Key).ToHashSet();
        var kept = (old?.Container.Ports ?? []).Where(port => IsChosen(port) && !taken.Contains(Key(port))).ToList();
        var ports = spec.Container.Ports.ToBuilder();
        for (var i = 0; i < ports.Count; i++)
        {
            if (!IsOpen(ports[i])) continue;
            var before = kept.Find(port => port.ContainerPort == ports[i].ContainerPort
                && port.Protocol == ports[i].Protocol);
            if (before is null) continue;
            ports[i] = ports[i] with { HostPort = before.HostPort };
            kept.Remove(before);
            taken.Add(Key(before));
        }

        for (var i = 0; i < ports.Count; i++)
        {
            if (!IsOpen(ports[i])) continue;
            ports[i] = ports[i] with { HostPort = Free(spec.Name, ports[i], taken) };
            taken.Add(Key(ports[i]));
        }

        return spec with { Container = spec.Container with { Ports = ports.ToImmutable() } };
    }

    /// <summary>Why a specification cannot be published as it is; null when it can.</summary>
    public static string? Problem(ServiceSpec spec) => spec.Container.Ports.FirstOrDefault(IsOpen) is { } open
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"service {spec.Name}: container port {open.ContainerPort} names no port of the hosts, and none from "
                + $"{First} to {Last} is left")
        : null;

    private static int Free(ServiceName service, PublishedPort port, HashSet<(int, PortProtocol)> taken)
    {
        const int Count = Last - First + 1;
        var start = Spread(string.Create(CultureInfo.InvariantCulture, $"{service}:{port.ContainerPort}")) % Count;
        for (var i = 0; i < Count; i++)
        {
            var number = First + (int)((start + i) % Count);
            if (!taken.Contains((number, port.Protocol))) return number;
        }

        return 0;
    }

    /// <summary><see href="http://www.isthe.com/chongo/tech/comp/fnv/">FNV-1a</see>: the same
    /// in every process.</summary>
    private static uint Spread(string text)
    {
        var hash = 2166136261u;
        foreach (var c in text) hash = unchecked((hash ^ c) * 16777619u);
        return hash;
    }

    private static bool IsOpen(PublishedPort port) => port is { Mode: PublishMode.Ingress, HostPort: 0 };

    private static bool IsChosen(PublishedPort port) =>
        port is { Mode: PublishMode.Ingress, HostPort: >= First and <= Last };

    private static (int, PortProtocol) Key(PublishedPort port) => (port.HostPort, port.Protocol);
}
