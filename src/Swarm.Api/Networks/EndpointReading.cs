using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Containers;

namespace Swarm.Api.Networks;

/// <summary>How a container is to be in a network: Docker's <c>EndpointSettings</c>.</summary>
internal static class EndpointReading
{
    /// <exception cref="ApiException">What is not supported, named.</exception>
    public static EndpointSpec Read(string network, JsonFields settings)
    {
        var addresses = settings.Object("IPAMConfig");
        foreach (var name in (string[])["IPv6Address", "LinkLocalIPs"])
        {
            if (addresses.IsDefault(name)) continue;
            throw new ApiException(
                StatusCodes.Status501NotImplemented, $"{addresses.PathOf(name)} in network {network} is not supported");
        }

        var priority = settings.Number("GwPriority");
        if (priority is < int.MinValue or > int.MaxValue)
            throw new ApiException(StatusCodes.Status400BadRequest, $"invalid gateway priority: {priority}");
        return new EndpointSpec(network)
        {
            Address = addresses.Text("IPv4Address"),
            MacAddress = settings.Text("MacAddress"),
            Aliases = [.. (settings.Words("Aliases") ?? []).Distinct()],
            Links = [.. (settings.Words("Links") ?? []).Select(Link)],
            GatewayPriority = (int)priority,
            DriverOptions = settings.Texts("DriverOpts"),
        };
    }

    /// <summary>Reads <c>db:alias</c>, <c>db</c>, or <c>/db:/web/alias</c> as it is shown.</summary>
    /// <exception cref="ApiException">It is neither.</exception>
    public static LinkSpec Link(string text)
    {
        var parts = text.Split(':');
        var name = parts[0].TrimStart('/');
        var alias = parts.Length > 1 ? parts[1].Split('/')[^1] : name;
        return parts.Length <= 2 && name.Length > 0 && EndpointSpec.IsAlias(alias)
            ? new LinkSpec(name, alias)
            : throw new ApiException(StatusCodes.Status400BadRequest, $"bad format for links: {text}");
    }
}
