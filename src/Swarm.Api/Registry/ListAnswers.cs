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
        var (page, next) = PageOf(call.Context, [.. tags]);
        if (next is not null) call.LinkTo($"/v2/{call.Name}/tags/list?{next}");
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
        var (page, next) = PageOf(context, names);
        if (next is not null) context.Response.Headers.Link = $"</v2/_catalog?{next}>; rel=\"next\"";
        return context.Response.WriteNodeAsync(
            StatusCodes.Status200OK, new JsonObject { ["repositories"] = page }, context.RequestAborted);
    }

    public async Task ReferrersAsync(RegistryCall call, string subject)
    {
        var type = call.Request.Query["artifactType"].ToString();
        Digest? after = call.Request.Query["last"].ToString() is { Length: > 0 } last
            ? RepositoryNames.Digest(last)
            : null;
        var page = registry.ListReferrers(call.Repository, subject, type, after);
        if (type.Length > 0) call.Response.Headers["OCI-Filters-Applied"] = "artifactType";
        if (page.Last is { } end)
        {
            call.LinkTo(
                $"/v2/{call.Name}/referrers/{subject}?artifactType={Uri.EscapeDataString(type)}&last={end}");
        }

        call.Response.StatusCode = StatusCodes.Status200OK;
        call.Response.ContentType = Index;
        call.Response.ContentLength = page.Content.Length;
        if (!call.IsHead) await call.Response.Body.WriteAsync(page.Content, call.Aborted);
    }

    // With n, so many behind last; and where there are more, the query for the next page.
    private static (JsonArray Page, string? Next) PageOf(HttpContext context, List<string> all)
    {
        var query = context.Request.Query;
        var last = query["last"].ToString();
        var rest = last.Length == 0 ? all : all.FindAll(one => string.CompareOrdinal(one, last) > 0);
        var page = rest;
        string? next = null;
        if (query["n"].ToString() is { Length: > 0 } text)
        {
            if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var most))
                throw new RepositoryException(RepositoryFault.SizeInvalid, "n is no number");
            page = rest[..(int)Math.Min(most, rest.Count)];
            if (page.Count > 0 && page.Count < rest.Count) next = $"n={most}&last={Uri.EscapeDataString(page[^1])}";
        }

        return ([.. page.Select(one => (JsonNode)one)], next);
    }
}
