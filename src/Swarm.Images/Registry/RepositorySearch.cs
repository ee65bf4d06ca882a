using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Text;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <summary>Searches by the first version of the registry's interface, which is the only one that has a search. Docker
/// Hub serves it; most others do not.</summary>
internal sealed class RepositorySearch(RegistryWeb web, RegistryOptions options)
{
    private const string DockerHubSearch = "index.docker.io";
    private const int AnswerBytesMax = 4 * 1024 * 1024;

    public async Task<ImmutableArray<FoundRepository>> RunAsync(
        string term, int limit, RegistryCredentials credentials, CancellationToken cancellation)
    {
        var (host, words) = Split(term);
        var endpoints = RegistryEndpoint.Of(host, options, withMirrors: false);
        UnavailableException? last = null;
        foreach (var endpoint in endpoints)
        {
            var place = new Uri(endpoint.Root, $"/v1/search?q={Uri.EscapeDataString(words)}&n={limit}");
            var subject = $"search at {endpoint.Root}";
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, place);
                if (credentials.HasPassword) request.Headers.Authorization = Basic(credentials);
                using var response = await web.SendAsync(request, endpoint.IsInsecure, cancellation);
                if (response.StatusCode == System.Net.HttpStatusCode.NotFound)
                {
                    throw new RegistryException(
                        RegistryFault.Unsupported, $"{subject}: this registry has no search");
                }

                if (!response.IsSuccessStatusCode)
                    throw await RegistryAnswer.ExplainAsync(response, web, subject, cancellation);
                return Read(JsonReading.Parse(
                    await RegistryAnswer.ReadAsync(response, AnswerBytesMax, web, subject, cancellation), subject));
            }
            catch (UnavailableException lost)
            {
                last = lost;
            }
        }

        throw new RegistryException(RegistryFault.Unavailable, last!.Message, last);
    }

    private static (string Host, string Words) Split(string term)
    {
        var slash = term.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : term[..slash];
        if (first is "docker.io" or "index.docker.io") return (DockerHubSearch, term[(slash + 1)..]);
        return first == "localhost" || first.Contains('.', StringComparison.Ordinal)
            || first.Contains(':', StringComparison.Ordinal)
            ? (first, term[(slash + 1)..])
            : (DockerHubSearch, term);
    }

    private static ImmutableArray<FoundRepository> Read(JsonReading json) =>
    [
        .. json.Get("results").Items().Select(one => new FoundRepository(
            one.TextOr("name", ""), one.TextOr("description", ""), one.Find("star_count")?.Number() ?? 0,
            one.Flag("is_official"), one.Flag("is_automated"))),
    ];

    private static AuthenticationHeaderValue Basic(RegistryCredentials credentials) => new(
        "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.User}:{credentials.Password}")));
}
