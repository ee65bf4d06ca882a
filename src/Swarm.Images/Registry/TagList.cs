using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <summary>The tags of a repository, page by page.</summary>
internal sealed class TagList(RegistryConnection registry, ImageReference repository)
{
    private const int PageBytesMax = 4 * 1024 * 1024;
    private const int TagsMax = 10_000;

    public async Task<ImmutableArray<string>> ReadAsync(CancellationToken cancellation)
    {
        var tags = ImmutableArray.CreateBuilder<string>();
        var subject = $"tags of {repository.Repository}";
        Uri? page = registry.UriOf($"/v2/{repository.Path}/tags/list");
        while (page is not null)
        {
            var asked = page;
            using var response = await registry.SendAsync(
                () => new HttpRequestMessage(HttpMethod.Get, asked),
                RegistryConnection.ScopeOf(repository, forPush: false), cancellation);
            if (!response.IsSuccessStatusCode)
                throw await registry.ExplainAsync(response, subject, cancellation);

            var json = JsonReading.Parse(
                await RegistryAnswer.ReadAsync(response, PageBytesMax, registry.Web, subject, cancellation), subject);
            tags.AddRange(json.Texts("tags"));
            if (tags.Count > TagsMax)
                throw new RegistryException(RegistryFault.Invalid, $"{subject}: more than {TagsMax}");
            var next = NextOf(response, asked);
            page = next != asked ? next : null;
        }

        return tags.ToImmutable();
    }

    // Link: </v2/name/tags/list?n=100&last=x>; rel="next"
    private static Uri? NextOf(HttpResponseMessage response, Uri asked)
    {
        var link = RegistryConnection.HeadersOf(response, "Link").FirstOrDefault(
            one => one.Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase));
        var (from, to) = (link?.IndexOf('<', StringComparison.Ordinal) ?? -1, link?.IndexOf('>') ?? -1);
        return from >= 0 && to > from && Uri.TryCreate(asked, link![(from + 1)..to], out var next)
            && next.Authority == asked.Authority
            ? next
            : null;
    }
}
