using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;

namespace Swarm.Api.Containers;

/// <summary>By whom and how a container's names are resolved: what cannot be is told before it is made.</summary>
internal static class NameServerReading
{
    private const string HostGateway = "host-gateway";

    /// <exception cref="ApiException">One is no address.</exception>
    public static ImmutableArray<string> Servers(JsonFields host) => Each(
        host, "Dns", server => IPAddress.TryParse(server, out _) ? null : "is not an IP address");

    /// <param name="field">Its domains, or its options.</param>
    /// <exception cref="ApiException">One is empty, or has blanks.</exception>
    public static ImmutableArray<string> Words(JsonFields host, string field) => Each(
        host, field, word => word.Length > 0 && !word.Any(char.IsWhiteSpace) ? null : "is empty, or has blanks");

    /// <exception cref="ApiException">One is not as <c>NAME:ADDRESS</c>; in Docker's words.</exception>
    public static ImmutableArray<string> ExtraHosts(JsonFields host)
    {
        var extras = host.Words("ExtraHosts") ?? [];
        foreach (var extra in extras)
        {
            var at = extra.IndexOfAny([':', '=']);
            if (at <= 0 || extra[..at].Any(char.IsWhiteSpace)) throw Invalid($"bad format for add-host: \"{extra}\"");
            var address = extra[(at + 1)..];
            if (address != HostGateway && !IPAddress.TryParse(address.Trim('[', ']'), out _))
                throw Invalid($"invalid IP address in add-host: \"{address}\"");
        }

        return extras;
    }

    private static ImmutableArray<string> Each(JsonFields host, string field, Func<string, string?> fault)
    {
        var words = host.Words(field) ?? [];
        foreach (var word in words)
        {
            if (fault(word) is { } wrong) throw Invalid($"{host.PathOf(field)}: \"{word}\" {wrong}");
        }

        return words;
    }

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}
