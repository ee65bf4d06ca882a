using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <summary>What is shown to one registry: a password, or tokens that its token service gives for it.</summary>
/// <remarks>https://distribution.github.io/distribution/spec/auth/token/</remarks>
internal sealed class RegistryAuthorization(RegistryEndpoint endpoint, RegistryCredentials credentials, RegistryWeb web)
{
    private const int TokenBytesMax = 1024 * 1024;
    private const string ClientId = "swarm";

    private readonly ConcurrentDictionary<string, AuthenticationHeaderValue> _shown = new();

    /// <summary>A token that stands for the password, where the service gave one.</summary>
    public string IdentityToken { get; private set; } = "";

    /// <summary>What is known to be wanted for a scope.</summary>
    public AuthenticationHeaderValue? For(string scope) => _shown.GetValueOrDefault(scope);

    /// <summary>Takes up what the registry asks for.</summary>
    /// <param name="refused">What was shown when it asked.</param>
    /// <param name="forLogin">Asks for a token that stands for the password, too.</param>
    /// <returns>False when there is nothing more to show than was shown.</returns>
    public async Task<bool> AnswerAsync(
        AuthChallenge challenge, string scope, AuthenticationHeaderValue? refused, bool forLogin,
        CancellationToken cancellation)
    {
        if (challenge.IsBasic)
        {
            if (!credentials.HasPassword || refused?.Scheme == "Basic") return false;
            _shown[scope] = Basic();
            return true;
        }

        // A token that was refused may have run out meanwhile: another is asked for, once a request.
        if (credentials.RegistryToken.Length > 0)
        {
            if (refused is not null) return false;
            _shown[scope] = new AuthenticationHeaderValue("Bearer", credentials.RegistryToken);
            return true;
        }

        var token = await GetTokenAsync(
            challenge, scope.Length > 0 ? scope : challenge["scope"], forLogin, cancellation);
        _shown[scope] = new AuthenticationHeaderValue("Bearer", token);
        return true;
    }

    private async Task<string> GetTokenAsync(
        AuthChallenge challenge, string scope, bool forLogin, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(challenge["realm"], UriKind.Absolute, out var realm)
            || (realm.Scheme != Uri.UriSchemeHttps && realm.Scheme != Uri.UriSchemeHttp))
        {
            throw new RegistryException(
                RegistryFault.Invalid, $"{endpoint.Root}: its token service '{challenge["realm"]}' has no address");
        }

        var hasSecret = credentials.HasPassword || credentials.IdentityToken.Length > 0;
        if (hasSecret && realm.Scheme == Uri.UriSchemeHttp && !endpoint.IsInsecure)
        {
            throw new RegistryException(
                RegistryFault.Denied,
                $"{endpoint.Root}: wants the password at {RegistryWeb.Show(realm)}, which is not encrypted");
        }

        using var request = credentials.IdentityToken.Length > 0
            ? Exchange(realm, challenge["service"], scope)
            : Question(realm, challenge["service"], scope, forLogin);
        var subject = $"token service {RegistryWeb.Show(realm)}";
        using var response = await web.SendAsync(request, endpoint.IsInsecure, cancellation);
        if (RegistryAnswer.IsTransient(response.StatusCode))
            throw new UnavailableException($"{subject}: {(int)response.StatusCode} {response.ReasonPhrase}");
        if (!response.IsSuccessStatusCode)
            throw await RegistryAnswer.ExplainAsync(response, web, subject, cancellation);

        var json = JsonReading.Parse(
            await RegistryAnswer.ReadAsync(response, TokenBytesMax, web, subject, cancellation), subject);
        if (json.Find("refresh_token")?.Text() is { Length: > 0 } refresh) IdentityToken = refresh;
        var token = json.TextOr("token", "") is { Length: > 0 } plain ? plain : json.TextOr("access_token", "");
        return token.Length > 0 && token.All(c => c is > ' ' and < (char)127)
            ? token
            : throw new RegistryException(RegistryFault.Invalid, $"{subject}: gave no token");
    }

    private HttpRequestMessage Question(Uri realm, string service, string scope, bool forLogin)
    {
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        Append("service", service);
        foreach (var one in scope.Split(' ', StringSplitOptions.RemoveEmptyEntries)) Append("scope", one);
        if (credentials.HasPassword) Append("account", credentials.User);
        Append("client_id", ClientId);
        if (forLogin) Append("offline_token", "true");
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(realm) { Query = query.ToString() }.Uri);
        if (credentials.HasPassword) request.Headers.Authorization = Basic();
        return request;

        void Append(string name, string value)
        {
            if (value.Length == 0) return;
            if (query.Length > 0) query.Append('&');
            query.Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
    }

    private HttpRequestMessage Exchange(Uri realm, string service, string scope) =>
        new(HttpMethod.Post, realm)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>
            {
                ["grant_type"] = "refresh_token",
                ["service"] = service,
                ["scope"] = scope,
                ["client_id"] = ClientId,
                ["refresh_token"] = credentials.IdentityToken,
            }),
        };

    private AuthenticationHeaderValue Basic() => new(
        "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.User}:{credentials.Password}")));
}
