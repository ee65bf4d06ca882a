using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Api.Networks;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>Which networks a container joins, how it is known there, and what it is linked to.</summary>
/// <remarks>Whether these networks and containers are there is the engine's to say.</remarks>
internal static class NetworkReading
{
    private const string Default = EndpointDocument.Default;
    private const string OfContainer = "container:";

    /// <returns>The specification, with what is said of networks.</returns>
    /// <exception cref="ApiException">What contradicts itself, or is not supported, named.</exception>
    public static ContainerSpec Apply(ContainerSpec spec, JsonFields config, JsonFields host)
    {
        var mode = host.Text("NetworkMode");
        var shared = mode.StartsWith(OfContainer, StringComparison.Ordinal) ? mode : "";
        if (shared == OfContainer) throw Invalid("Invalid network mode: invalid container format container:<name|id>");
        if (shared.Length > 0) CheckShared(config, host);
        if ((shared.Length > 0 || mode == "host") && !config.IsDefault("MacAddress"))
            throw Invalid("conflicting options: mac-address and the network mode");
        var hasBridges = shared.Length == 0 && mode is not ("host" or "none");
        return spec with
        {
            NetworkMode = mode == "host" ? NetworkMode.Host : hasBridges ? NetworkMode.Bridge : NetworkMode.None,
            Networks = [],
            Shared = spec.Shared with { Network = shared },
            Endpoints = Endpoints(hasBridges ? mode is "" or "default" ? Default : mode : null, mode, config),
            Ports = hasBridges ? PortReading.Read(config, host) : [],
            Links = [.. (host.Words("Links") ?? []).Select(EndpointReading.Link)],
            ExposedPorts = [.. PortReading.Exposed(config)],
        };
    }

    /// <summary>Whether its links are those of the default network: in others they are names in that network only.
    /// </summary>
    public static bool HasLinksOfDefault(ContainerSpec spec) =>
        spec.NetworkMode == NetworkMode.Bridge && (spec.Endpoints?.Any(one => one.Network == Default) ?? false);

    /// <summary>What is the other container's to say.</summary>
    private static void CheckShared(JsonFields config, JsonFields host)
    {
        if (!config.IsDefault("Hostname")) throw Invalid("conflicting options: hostname and the network mode");
        if (!host.IsDefault("Links"))
        {
            throw Invalid("conflicting options: container type network can't be used with links. This would result in "
                + "undefined behavior");
        }

        if (!host.IsDefault("Dns")) throw Invalid("conflicting options: dns and the network mode");
        if (!host.IsDefault("ExtraHosts"))
            throw Invalid("conflicting options: custom host-to-IP mapping and the network mode");
        if (!host.IsDefault("PortBindings") || host.Flag("PublishAllPorts"))
            throw Invalid("conflicting options: port publishing and the container type network mode");
        if (!config.IsDefault("ExposedPorts"))
            throw Invalid("conflicting options: port exposing and the container type network mode");
    }

    /// <summary>What its maker is told that it will not have.</summary>
    public static ImmutableArray<string> Warnings(JsonFields host) =>
        host.Text("NetworkMode") == "host" && !host.IsDefault("PortBindings")
            ? ["Published ports are discarded when using host network mode"]
            : [];

    /// <param name="first">The network that the mode names; null where it names none.</param>
    private static ImmutableArray<EndpointSpec>? Endpoints(string? first, string mode, JsonFields config)
    {
        var asked = config.Object("NetworkingConfig").Object("EndpointsConfig");
        if (first is null)
        {
            if (mode is "host" or "none" && asked.Names.Any(name => name != mode && name != "default"))
                throw Invalid("conflicting options: a container is in other networks, or in the mode " + mode);
            if (asked.Names.Any(name => HasAddress(asked.Object(name))))
            {
                throw Invalid($"invalid config for network {mode}: invalid endpoint settings:\n"
                    + "user specified IP address is supported on user defined networks only");
            }

            return null;
        }

        var endpoints = asked.Names
            .Select(name => EndpointReading.Read(name == "default" ? Default : name, asked.Object(name)))
            .DistinctBy(endpoint => endpoint.Network) // the default one may be named twice
            .OrderBy(endpoint => endpoint.Network == first ? 0 : 1)
            .ToList();
        // As in Docker: who only names networks to join does not mean the default one beside them.
        if (endpoints.Count == 0 || (first != Default && endpoints[0].Network != first))
            endpoints.Insert(0, new EndpointSpec(first));

        // The address once belonged to the container.
        if (config.Text("MacAddress") is { Length: > 0 } mac && endpoints[0].MacAddress.Length == 0)
            endpoints[0] = endpoints[0] with { MacAddress = mac };
        return [.. endpoints];
    }

    private static bool HasAddress(JsonFields endpoint)
    {
        var asked = endpoint.Object("IPAMConfig");
        return !asked.IsDefault("IPv4Address") || !asked.IsDefault("IPv6Address");
    }

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}
