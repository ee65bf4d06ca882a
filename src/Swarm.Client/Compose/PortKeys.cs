using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The key <c>ports</c>.</summary>
internal static class PortKeys
{
    private static readonly Dictionary<string, Func<PublishedPort, Field, PublishedPort>> LongForm = new()
    {
        ["target"] = (port, field) => port with { ContainerPort = (int)(field.Number(1, 65535) ?? 1) },
        ["published"] = (port, field) => port with { HostPort = (int)(field.Number(0, 65535) ?? 0) },
        ["protocol"] = (port, field) => port with
        {
            Protocol = field.OneOf(("tcp", PortProtocol.Tcp), ("udp", PortProtocol.Udp)) ?? 0
        },
        ["mode"] = (port, field) => port with
        {
            Mode = field.OneOf(("ingress", PublishMode.Ingress), ("host", PublishMode.Host)) ?? 0
        },
        ["host_ip"] = (port, field) => port with { HostAddress = Address(field.Text() ?? "", field) },
    };

    public static ServiceDraft Read(ServiceDraft draft, Field field)
    {
        var ports = ImmutableArray.CreateBuilder<PublishedPort>();
        foreach (var item in field.Items())
        {
            foreach (var port in item.Value is YamlMap ? Long(item) : Short(item))
            {
                if (ports.Any(other => Clash(other, port)))
                    item.Refuse($"port {port.HostPort} of the host is published twice");
                else if (ports.Count == ComposeLimits.Ports) item.Refuse($"more than {ComposeLimits.Ports} ports");
                else ports.Add(port);
                if (ports.Count == ComposeLimits.Ports) break;
            }
        }

        return draft.With(container => container with { Ports = ports.ToImmutable() });
    }

    /// <summary>The key <c>expose</c>: ports that are shown, and published nowhere.</summary>
    public static ServiceDraft Expose(ServiceDraft draft, Field field)
    {
        var ports = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (text, item) in field.Texts())
        {
            var parts = text.Split('/');
            var protocol = parts is [_, var given] ? given : "tcp";
            if (parts.Length > 2 || protocol is not ("tcp" or "udp") || Range(parts[0], least: 1) is not { } range)
                item.Refuse($"'{text}' is not a port; write it as 80, 80-90 or 53/udp");
            else if (ports.Count + range.Last - range.First >= ComposeLimits.Ports)
                item.Refuse($"more than {ComposeLimits.Ports} ports");
            else
            {
                for (var port = range.First; port <= range.Last; port++)
                    ports.Add(string.Create(CultureInfo.InvariantCulture, $"{port}/{protocol}"));
            }
        }

        return draft.With(container => container with { ExposedPorts = [.. ports] });
    }

    /// <summary>Whether both want the same port of the host.</summary>
    public static bool Clash(PublishedPort left, PublishedPort right) =>
        left.HostPort == right.HostPort && left.HostPort != 0 && left.Protocol == right.Protocol
        && (left.HostAddress == right.HostAddress || left.HostAddress.Length == 0 || right.HostAddress.Length == 0);

    private static IEnumerable<PublishedPort> Long(Field item)
    {
        var port = item.Fold(new PublishedPort(0, 0), LongForm, Refusals.Port);
        if (port.ContainerPort != 0) return [port];
        item.Refuse("needs a target");
        return [];
    }

    /// <summary><c>[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]</c>; ports may be ranges of equal length.</summary>
    private static IEnumerable<PublishedPort> Short(Field item)
    {
        if (item.Text() is not { } text) return [];
        var (rest, protocol) = text.Split('/') switch
        {
            [var all] => (all, PortProtocol.Tcp),
            [var all, "tcp"] => (all, PortProtocol.Tcp),
            [var all, "udp"] => (all, (PortProtocol?)PortProtocol.Udp),
            _ => (text, null),
        };
        if (protocol is null)
        {
            item.Refuse($"'{text}': the protocol must be tcp or udp");
            return [];
        }

        var last = rest.LastIndexOf(':');
        var container = Range(rest[(last + 1)..], least: 1);
        var before = last < 0 ? "" : rest[..last];
        var split = before.LastIndexOf(':');
        var hostText = before[(split + 1)..];
        var host = hostText.Length == 0 ? (First: 0, Last: 0) : Range(hostText, least: 0);
        if (container is not { } inside || host is not { } outside || (last >= 0 && before.Length == 0))
        {
            item.Refuse($"'{text}' is not a port to publish; write it as 8080:80, ports being 1 to 65535");
            return [];
        }

        var address = split < 0 ? "" : Address(before[..split], item);
        var isChosen = hostText.Length == 0 || outside.Last == 0;
        if (!isChosen && outside.Last - outside.First != inside.Last - inside.First)
        {
            item.Refuse($"'{text}': both ranges must have the same length");
            return [];
        }

        return Enumerable.Range(0, inside.Last - inside.First + 1).Select(i =>
            new PublishedPort(
                inside.First + i, isChosen ? 0 : outside.First + i, protocol.Value, PublishMode.Ingress, address));
    }

    private static (int First, int Last)? Range(string text, int least)
    {
        var ends = text.Split('-');
        if (ends.Length > 2
            || One(ends[0], least) is not { } first
            || One(ends[^1], least) is not { } last
            || first > last)
            return null;
        return (first, last);
    }

    private static int? One(string text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port >= least
            && port <= 65535 ? port : null;

    private static string Address(string text, Field at)
    {
        var bare = text.StartsWith('[') && text.EndsWith(']') ? text[1..^1] : text;
        if (bare.Length > 0 && !IPAddress.TryParse(bare, out _)) at.Refuse($"'{text}' is not an IP address");
        return bare is "0.0.0.0" or "::" ? "" : bare;
    }
}
