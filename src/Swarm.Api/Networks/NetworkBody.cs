using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Runtime.Networks;

namespace Swarm.Api.Networks;

/// <summary>A network that is to be made, from the body of <c>POST /networks/create</c>.</summary>
internal static class NetworkBody
{
    /// <exception cref="ApiException">What is not supported, named.</exception>
    public static NetworkDefinition Read(JsonFields body)
    {
        CheckKind(body);
        var addresses = body.Object("IPAM");
        if (addresses.Text("Driver") is not ("" or "default") and var driver)
            throw Unsupported($"the driver {driver} of addresses");
        var subnets = addresses.Objects("Config");
        if (subnets.Any(subnet => subnet.Text("Subnet").Contains(':', StringComparison.Ordinal)))
            throw Unsupported("a subnet of IPv6");
        if (subnets.Length > 1) throw Unsupported("more than one subnet in a network");
        var asked = subnets is [var only] ? only : new JsonFields([]);
        return new NetworkDefinition(body.Text("Name"))
        {
            Subnet = asked.Text("Subnet"),
            Gateway = asked.Text("Gateway"),
            AddressRange = asked.Text("IPRange"),
            ReservedAddresses = asked.Texts("AuxiliaryAddresses"),
            IsInternal = body.Flag("Internal"),
            IsAttachable = body.Flag("Attachable"),
            Labels = body.Texts("Labels"),
            Options = body.Texts("Options"),
            AddressOptions = addresses.Texts("Options"),
        };
    }

    private static void CheckKind(JsonFields body)
    {
        switch (body.Text("Driver"))
        {
            case "" or "default" or "bridge": break;
            case var only when only is "host" or "null":
                throw new ApiException(
                    StatusCodes.Status403Forbidden, $"only one instance of \"{only}\" network is allowed");
            case var driver: throw Unsupported($"the network driver {driver}");
        }

        if (body.Text("Scope") is not ("" or "local") and var scope) throw Unsupported($"a network of scope {scope}");
        if (body.Flag("EnableIPv6")) throw Unsupported("a network with IPv6");
        if (body.Has("EnableIPv4") && !body.Flag("EnableIPv4")) throw Unsupported("a network without IPv4");
        foreach (var name in (string[])["Ingress", "ConfigOnly"])
        {
            if (body.Flag(name)) throw Unsupported(name);
        }

        if (body.Object("ConfigFrom").Text("Network").Length > 0) throw Unsupported("ConfigFrom");
    }

    private static ApiException Unsupported(string what) =>
        new(StatusCodes.Status501NotImplemented, $"{what} is not supported by this version of Swarm");
}
