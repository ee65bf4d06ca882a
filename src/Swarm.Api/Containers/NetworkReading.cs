using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>Which networks a container joins.</summary>
internal static class NetworkReading
{
    /// <exception cref="ApiException">A network that is not there, or is not supported.</exception>
    public static (NetworkMode Mode, ImmutableArray<string> Networks) Read(JsonFields config, JsonFields host)
    {
        var name = host.Text("NetworkMode");
        var mode = name switch
        {
            "" or "default" or "bridge" => NetworkMode.Bridge,
            "host" => NetworkMode.Host,
            "none" => NetworkMode.None,
            ['c', 'o', 'n', 't', 'a', 'i', 'n', 'e', 'r', ':', ..] => throw new ApiException(
                StatusCodes.Status501NotImplemented, $"the network mode {name} is not supported yet"),
            _ => throw Missing(name),
        };
        var endpoints = config.Object("NetworkingConfig").Object("EndpointsConfig");
        foreach (var network in endpoints.Names)
        {
            if (network is not ("default" or "bridge" or "host" or "none")) throw Missing(network);
            RefuseSettings(endpoints.Object(network), network);
        }

        return (mode, []);
    }

    private static void RefuseSettings(JsonFields endpoint, string network)
    {
        foreach (var setting in (string[])["Aliases", "IPAMConfig", "Links", "MacAddress", "DriverOpts"])
        {
            if (!endpoint.IsDefault(setting))
            {
                throw new ApiException(
                    StatusCodes.Status501NotImplemented, $"{setting} in network {network} is not supported yet");
            }
        }
    }

    private static ApiException Missing(string network) =>
        new(StatusCodes.Status404NotFound, $"network {network} not found");
}
