using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Api.Registry.Access;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Api.Registry;

/// <summary>Lists: tags, repositories, and what is about a manifest.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#content-discovery</remarks>
internal sealed class ListAnswers(INodeRegistry registry, RegistryAccess access)
{
    private const string Index = "application/vnd.oci.image.index.v1+json";

    public Task TagsAsync(RegistryCall call)
    {
        var tags = registry.ListTags(call.Repository) ?? throw new RepositoryException(
            RepositoryFault.NameUnknown, $"there is no repository {call.Name}");
        var page = PageOf(call.Context, [.. tags], $"/v2/{call.Name}/tags/list");
        return call.Response.WriteNodeAsync(
            StatusCodes.Status200OK, new JsonObject { ["name"] = call.Name, ["tags"] = page }, call.Aborted);
    }

    /// <summary>The repositories that somebody may pull from.</summary>
    public Task CatalogAsync(HttpContext context, Asker asker)
    {
        if (!asker.IsGreeted)
            throw access.Refuse(context, ",scope=\"registry:catalog:*\"", "it has to be known who asks");
        var shown = asker.Lister;
        List<string> names =
        [
            .. registry.ListRepositories().Where(one => access.Of(shown, one).HasFlag(RegistryActions.Pull))
                .Select(RepositoryNames.Show).OfType<string>().Order(StringComparer.Ordinal),
        ];
        return context.Response.WriteNodeAsync(
            StatusCodes.Status200OK,
            new JsonObject { ["repositories"] = PageOf(context, names, "/v2/_catalog") }, context.RequestAborted);
    }

    public async Task ReferrersAsync(RegistryCall call, Digest subject)
    {
        var type = call.Request.Query["artifactType"].ToString();
        Digest? after = call.Request.Query["last"].ToString() is { Length: > 0 } last
            ? RepositoryNames.Digest(last)
            : null;
        var page = registry.ListReferrers(call.Repository, subject, type, after);
        if (type.Length > 0) call.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        if (page.Last is { } end)
        {
            call.Response.Headers.Link = $"</v2/{call.Name}/referrers/{subject}?artifactType="
                + $"{Uri.EscapeDataString(type)}&last={end}>; rel=\"next\"";
        }

        call.Response.StatusCode = StatusCodes.Status200OK;
        call.Response.ContentType = Index;
        call.Response.ContentLength = page.Content.Length;
        if (!call.IsHead) await call.Response.Body.WriteAsync(page.Content, call.Aborted);
    }

    // With n, so many behind last; the rest by the address in Link.
    private static JsonArray PageOf(HttpContext context, List<string> all, string path)
    {
        var query = context.Request.Query;
        var last = query["last"].ToString();
        var rest = last.Length == 0 ? all : all.FindAll(one => string.CompareOrdinal(one, last) > 0);
        var page = rest;
        if (query["n"].ToString() is { Length: > 0 } text)
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most))
                throw new RepositoryException(RepositoryFault.SizeInvalid, "n is no number");
            page = rest[..Math.Min(most, rest.Count)];
            if (page.Count > 0 && page.Count < rest.Count)
            {
                context.Response.Headers.Link =
                    $"<{path}?n={most}&last={Uri.EscapeDataString(page[^1])}>; rel=\"next\"";
            }
        }

        return [.. page.Select(one => (JsonNode)one)];
    }
}
