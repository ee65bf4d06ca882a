using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>Published ports, as <c>"80/tcp": [{"HostIp": "", "HostPort": "8080"}]</c>.</summary>
internal static class PortReading
{
    private const int LargestPort = 65535;

    /// <summary>Of tcp, udp and sctp.</summary>
    private const int MostPorts = 3 * LargestPort;

    /// <exception cref="ApiException">A port that cannot be, named.</exception>
    public static ImmutableArray<PublishedPort> Read(JsonFields config, JsonFields host)
    {
        var bindings = host.Object("PortBindings");
        var ports = ImmutableArray.CreateBuilder<PublishedPort>();
        foreach (var name in bindings.Names)
        {
            var (port, protocol) = Parse(name);
            var asked = bindings.Objects(name);
            if (asked.IsEmpty) ports.Add(Published(port, protocol, (0, 0), ""));
            foreach (var binding in asked)
                ports.Add(Published(port, protocol, HostPorts(binding), Address(binding.Text("HostIp"))));
        }

        if (!host.Flag("PublishAllPorts")) return ports.ToImmutable();
        foreach (var name in Exposed(config).Where(name => !bindings.Names.Contains(name)))
        {
            var (port, protocol) = Parse(name);
            ports.Add(Published(port, protocol, (0, 0), ""));
        }

        return ports.ToImmutable();
    }

    /// <summary>What is published of an image's own ports, where all that are exposed shall be: those that are not
    /// yet, each at any port of the host. What is no port, or of sctp, is passed over: nobody asked for it by
    /// name.</summary>
    public static ImmutableArray<PublishedPort> OfImage(
        ImmutableArray<string> exposed, ImmutableArray<PublishedPort> published) =>
    [
        .. exposed.Select(TryParse).OfType<NamedPort>()
            .Select(port => (port.Number, Protocol: KindOf(port.Protocol)))
            .Where(port => port.Protocol is not null && !published.Any(
                other => other.ContainerPort == port.Number && other.Protocol == port.Protocol))
            .Distinct()
            .Select(port => Published(port.Number, port.Protocol!.Value, (0, 0), "")),
    ];

    /// <summary>Reads a port as an image names it, which nobody has checked.</summary>
    /// <returns>Null where it is none.</returns>
    public static NamedPort? TryParse(string name)
    {
        var (number, protocol) = name.Split('/') switch
        {
            [var port] => (port, "tcp"),
            [var port, var rest] => (port, rest.ToLowerInvariant()),
            _ => ("", ""),
        };
        return protocol is "tcp" or "udp" or "sctp" && TryPort(number, out var parsed) && parsed > 0
            ? new NamedPort(parsed, protocol)
            : null;
    }

    /// <summary>Reads what is exposed: <c>80/tcp</c>, <c>80</c>, or several, <c>3000-3005/udp</c>.</summary>
    /// <returns>Each with its protocol, once.</returns>
    /// <exception cref="ApiException">One is no port, or they are more than there are.</exception>
    public static IReadOnlyCollection<string> Exposed(JsonFields config)
    {
        var ports = new HashSet<string>(StringComparer.Ordinal);
        var named = 0;
        foreach (var name in config.Object("ExposedPorts").Names)
        {
            var (first, last, protocol) = ParseRange(name);
            named += last - first + 1;
            // Ranges may overlap, but not without end: a short text can name many.
            if (named > 2 * MostPorts) throw Invalid("ExposedPorts names more ports than there are");
            for (var port = first; port <= last; port++)
                ports.Add(string.Create(CultureInfo.InvariantCulture, $"{port}/{protocol}"));
        }

        return ports;
    }

    private static (int First, int Last, string Protocol) ParseRange(string name)
    {
        var (range, protocol) = name.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash
            ? (name[..slash], name[slash..])
            : (name, "");
        if (range.Split('-') is not [var from, var to]) (from, to) = (range, range);
        if (TryParse(from + protocol) is not { } first || TryParse(to + protocol) is not { } last
            || last.Number < first.Number)
        {
            throw Invalid($"invalid port specification: \"{name}\"");
        }

        return (first.Number, last.Number, first.Protocol);
    }

    /// <summary>Reads <c>80/tcp</c>, <c>53/udp</c> or <c>80</c>.</summary>
    /// <exception cref="ApiException">It is no port.</exception>
    public static (int Port, PortProtocol Protocol) Parse(string name)
    {
        if (TryParse(name) is not { } port) throw Invalid($"invalid port specification: \"{name}\"");
        return KindOf(port.Protocol) is { } protocol
            ? (port.Number, protocol)
            : throw new ApiException(StatusCodes.Status501NotImplemented, $"port {name}: sctp is not supported");
    }

    /// <summary>Null for what is not published.</summary>
    private static PortProtocol? KindOf(string protocol) => protocol switch
    {
        "tcp" => PortProtocol.Tcp,
        "udp" => PortProtocol.Udp,
        _ => null,
    };

    private static PublishedPort Published(
        int port, PortProtocol protocol, (int First, int Last) host, string address) =>
        new(port, host.First, protocol, PublishMode.Host, address) { HostPortLast = host.Last };

    /// <summary>One port of the host, the first and last of several of which any will do, or none in particular.
    /// </summary>
    private static (int First, int Last) HostPorts(JsonFields binding)
    {
        var text = binding.Text("HostPort");
        if (text.Length == 0) return (0, 0);
        return text.Split('-') switch
        {
            [var one] when TryPort(one, out var port) => (port, 0),
            [var from, var to] when TryPort(from, out var first) && TryPort(to, out var last)
                && first > 0 && first <= last => (first, last),
            _ => throw Invalid($"invalid port specification: \"{text}\""),
        };
    }

    /// <summary>Every address of the host is none in particular.</summary>
    private static string Address(string text) => text switch
    {
        "" or "0.0.0.0" or "::" => "",
        _ when System.Net.IPAddress.TryParse(text, out _) => text,
        _ => throw Invalid($"invalid IP address of a port: \"{text}\""),
    };

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= LargestPort;

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}

/// <param name="Protocol">tcp, udp or sctp.</param>
internal readonly record struct NamedPort(int Number, string Protocol);
