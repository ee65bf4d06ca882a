using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;
using Swarm.Images.Registry;

namespace Swarm.Api.Images;

/// <summary>Questions that are passed on to registries.</summary>
internal sealed class RegistryRoutes(IImageRegistries registries)
{
    private const int SearchDefault = 25;
    private const int SearchMost = 100;

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/auth", LogInAsync);
        routes.MapGet("/images/search", SearchAsync);
        routes.MapGet(
            "/distribution/{**rest}", context => NamedImage.AnswerAsync(context, ("/json", DescribeAsync)));
    }

    private async Task LogInAsync(HttpContext context)
    {
        var fields = (await JsonFields.ReadAsync(context.Request, context.RequestAborted)).Node;
        RegistryCredentials credentials;
        string registry;
        try
        {
            (credentials, registry) = (RegistryHeader.Read(fields), RegistryOf(
                RegistryHeader.Text(fields, "serveraddress")));
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or FormatException or JsonException)
        {
            throw new ApiException(StatusCodes.Status400BadRequest, $"invalid credentials: {wrong.Message}");
        }

        var token = await registries.LogInAsync(registry, credentials, context.RequestAborted);
        await context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject { ["Status"] = "Login Succeeded", ["IdentityToken"] = token },
            context.RequestAborted);
    }

    private async Task DescribeAsync(HttpContext context, string name)
    {
        var image = await registries.DescribeAsync(
            NamedImage.Parse(name, ""), RegistryHeader.Read(context.Request),
            context.RequestAborted);
        JsonArray platforms = [];
        foreach (var platform in image.Platforms)
        {
            var one = new JsonObject
            {
                ["architecture"] = platform.Architecture,
                ["os"] = platform.OperatingSystem,
            };
            if (platform.Variant.Length > 0) one["variant"] = platform.Variant;
            platforms.Add((JsonNode)one);
        }

        await context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject
            {
                ["Descriptor"] = new JsonObject
                {
                    ["mediaType"] = image.MediaType,
                    ["digest"] = image.Digest.Value,
                    ["size"] = image.Size,
                },
                ["Platforms"] = platforms,
            },
            context.RequestAborted);
    }

    private async Task SearchAsync(HttpContext context)
    {
        var filters = Filters.Read(context.Request, "is-automated", "is-official", "stars");
        var limit = QueryNumber.Read(context.Request, "limit") is { } asked and not 0 ? asked : SearchDefault;
        if (limit is < 1 or > SearchMost)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest, $"limit {limit} is outside the range of [1, {SearchMost}]");
        }

        var term = context.Request.Query.Text("term");
        if (term.Length == 0) throw new ApiException(StatusCodes.Status400BadRequest, "no term to search for");
        var stars = filters["stars"].Select(StarsOf).DefaultIfEmpty(0).Max();
        var (official, automated) = (filters.Flag("is-official"), filters.Flag("is-automated"));
        JsonArray found = [];
        foreach (var one in await registries.SearchAsync(
            term, limit, RegistryHeader.Read(context.Request), context.RequestAborted))
        {
            if (one.Stars < stars || (official ?? one.IsOfficial) != one.IsOfficial
                || (automated ?? one.IsAutomated) != one.IsAutomated)
            {
                continue;
            }

            found.Add((JsonNode)new JsonObject
            {
                ["star_count"] = one.Stars,
                ["is_official"] = one.IsOfficial,
                ["name"] = one.Name,
                ["is_automated"] = one.IsAutomated,
                ["description"] = one.Description,
            });
        }

        await context.Response.WriteNodeAsync(StatusCodes.Status200OK, found, context.RequestAborted);
    }

    private static int StarsOf(string text) => int.TryParse(text, out var stars)
        ? stars
        : throw new ApiException(StatusCodes.Status400BadRequest, $"invalid filter 'stars={text}'");

    // Clients give an address, as https://index.docker.io/v1/, or a host.
    private static string RegistryOf(string address)
    {
        var host = address;
        if (host.IndexOf("://", StringComparison.Ordinal) is >= 0 and var scheme) host = host[(scheme + 3)..];
        host = host.Split('/')[0];
        if (host is "" or "index.docker.io" or "registry-1.docker.io") return "docker.io";
        return Uri.TryCreate($"https://{host}", UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0
            ? host
            : throw new FormatException($"'{address}' is no address of a registry");
    }
}
