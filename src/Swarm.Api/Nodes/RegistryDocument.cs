using System.Net;
using System.Text.Json.Nodes;
using Swarm.Images.Registry;

namespace Swarm.Api.Nodes;

/// <summary>How this node speaks with registries, in the words of <c>GET /info</c>.</summary>
/// <remarks>Pure. Docker tells networks from hosts: a client that reads what is none as a network fails.</remarks>
internal static class RegistryDocument
{
    private const string DockerHub = "docker.io";

    public static JsonObject Of(RegistryOptions options)
    {
        var hosts = options.InsecureRegistries.Where(listed => !IPNetwork.TryParse(listed, out _));
        var networks = options.InsecureRegistries.Except(hosts).Select(listed => $"{IPNetwork.Parse(listed)}");
        var indexes = new JsonObject { [DockerHub] = Index(DockerHub, Mirrors(options), isSecure: true) };
        foreach (var host in hosts) indexes.TryAdd(host, Index(host, [], isSecure: false));
        return new JsonObject
        {
            ["AllowNondistributableArtifactsCIDRs"] = new JsonArray(),
            ["AllowNondistributableArtifactsHostnames"] = new JsonArray(),
            ["InsecureRegistryCIDRs"] = new JsonArray([.. networks.Prepend("127.0.0.0/8").Select(Text)]),
            ["IndexConfigs"] = indexes,
            ["Mirrors"] = Mirrors(options),
        };
    }

    private static JsonObject Index(string name, JsonArray mirrors, bool isSecure) => new()
    {
        ["Name"] = name,
        ["Mirrors"] = mirrors,
        ["Secure"] = isSecure,
        ["Official"] = name == DockerHub,
    };

    private static JsonArray Mirrors(RegistryOptions options) =>
        new([.. options.Mirrors.Select(mirror => Text(mirror.AbsoluteUri))]);

    private static JsonNode Text(string text) => JsonValue.Create(text);
}
