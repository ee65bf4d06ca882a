using System.Net;
using Swarm.Core.Images;

namespace Swarm.Images.Registry;

/// <summary>The conversation with one registry, for one deed: who asks is told, redirections are followed, and what
/// may go well later is tried again.</summary>
internal sealed class RegistryConnection(
    RegistryEndpoint endpoint, RegistryAuthorization authorization, RegistryWeb web, RegistryOptions options,
    TimeProvider time)
{
    private const int RedirectionsMax = 5;

    public RegistryEndpoint Endpoint => endpoint;

    public RegistryWeb Web => web;

    public Uri UriOf(string path) => new(endpoint.Root, path);

    /// <summary>Whether it is there and speaks the protocol. One that is not there is not waited for.</summary>
    /// <exception cref="UnavailableException">It is not there.</exception>
    public async Task GreetAsync(string scope, bool forLogin, CancellationToken cancellation)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                await GreetOnceAsync(scope, forLogin, cancellation);
                return;
            }
            catch (UnavailableException busy) when (busy.HasAnswered)
            {
                await WaitAsync(busy, failures, cancellation);
            }
        }
    }

    private async Task GreetOnceAsync(string scope, bool forLogin, CancellationToken cancellation)
    {
        using var response = await SendOnceAsync(
            () => new HttpRequestMessage(HttpMethod.Get, UriOf("/v2/")), scope, cancellation, forLogin);
        // Who may see the repository is not known by this: what is asked for next finds out.
        if (!response.IsSuccessStatusCode && (forLogin || response.StatusCode != HttpStatusCode.Unauthorized))
            throw await ExplainAsync(response, $"{endpoint.Root}v2/", cancellation);
    }

    /// <summary>Sends a request, again where that may help.</summary>
    /// <param name="make">Makes it anew for each attempt.</param>
    /// <returns>The answer, a refusal too. Its body is not read.</returns>
    /// <exception cref="RegistryException">The registry is out of reach.</exception>
    public Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> make, string scope, CancellationToken cancellation) =>
        PersistAsync(() => SendOnceAsync(make, scope, cancellation), cancellation);

    /// <summary>Does something, again where that may help.</summary>
    public async Task<T> PersistAsync<T>(Func<Task<T>> attempt, CancellationToken cancellation)
    {
        for (var failures = 1; ; failures++)
        {
            try
            {
                return await attempt();
            }
            catch (UnavailableException lost)
            {
                await WaitAsync(lost, failures, cancellation);
            }
        }
    }

    /// <summary>Waits until it may be tried again.</summary>
    /// <exception cref="RegistryException">It was tried often enough.</exception>
    public Task WaitAsync(UnavailableException lost, int failures, CancellationToken cancellation)
    {
        if (failures >= options.Attempts)
        {
            throw new RegistryException(
                RegistryFault.Unavailable, $"{lost.Message} (tried {failures} times)", lost);
        }

        var wait = options.RetryDelay * Math.Pow(2, Math.Min(failures - 1, 20));
        if (lost.Wait > wait) wait = lost.Wait.Value;
        if (wait > options.RetryDelayMax) wait = options.RetryDelayMax;
        return Task.Delay(wait, time, cancellation);
    }

    /// <exception cref="UnavailableException">No answer, or one that asks to come again.</exception>
    public async Task<HttpResponseMessage> SendOnceAsync(
        Func<HttpRequestMessage> make, string scope, CancellationToken cancellation, bool forLogin = false)
    {
        var shown = authorization.For(scope);
        var response = await FollowAsync(make, scope, cancellation);
        // Those to whom it leads are not told who asks, nor where a password is to be shown for them.
        if (response.StatusCode == HttpStatusCode.Unauthorized && IsOwn(response.RequestMessage!.RequestUri!)
            && AuthChallenge.Choose(HeadersOf(response, "WWW-Authenticate")) is { } challenge
            && await authorization.AnswerAsync(challenge, scope, shown, forLogin, cancellation))
        {
            response.Dispose();
            response = await FollowAsync(make, scope, cancellation);
        }

        if (!RegistryAnswer.IsTransient(response.StatusCode)) return response;

        var wait = RegistryAnswer.WaitOf(response, time.GetUtcNow());
        var told = await ExplainAsync(response, RegistryWeb.Show(response.RequestMessage!.RequestUri!), cancellation);
        response.Dispose();
        throw new UnavailableException(told.Message, wait) { HasAnswered = true };
    }

    public Task<RegistryException> ExplainAsync(
        HttpResponseMessage response, string subject, CancellationToken cancellation) =>
        RegistryAnswer.ExplainAsync(response, web, subject, cancellation);

    /// <summary>The scope in which a repository is read, or written too.</summary>
    public static string ScopeOf(ImageReference name, bool forPush) =>
        $"repository:{name.Path}:{(forPush ? "pull,push" : "pull")}";

    public static IEnumerable<string> HeadersOf(HttpResponseMessage response, string name) =>
        response.Headers.NonValidated.TryGetValues(name, out var values) ? values : [];

    /// <remarks>Only the registry itself is told who asks: those to whom it leads are not.</remarks>
    private async Task<HttpResponseMessage> FollowAsync(
        Func<HttpRequestMessage> make, string scope, CancellationToken cancellation)
    {
        Uri? to = null;
        for (var redirections = 0; ; redirections++)
        {
            using var request = make();
            var first = request.RequestUri!;
            if (to is not null) request.RequestUri = to;
            if (IsOwn(request.RequestUri!)) request.Headers.Authorization = authorization.For(scope);
            var response = await web.SendAsync(request, endpoint.IsInsecure, cancellation);
            if (request.Content is not null || !IsRedirection(response)) return response;

            var from = to ?? first;
            to = response.Headers.Location is { } location ? new Uri(from, location) : null;
            response.Dispose();
            if (to is null || !IsAllowed(to) || redirections == RedirectionsMax)
            {
                throw new RegistryException(
                    RegistryFault.Invalid,
                    $"{RegistryWeb.Show(from)}: leads {(to is null ? "nowhere" : $"to {RegistryWeb.Show(to)}")}"
                    + (redirections == RedirectionsMax ? $", after {RedirectionsMax} other places" : ""));
            }
        }
    }

    private static bool IsRedirection(HttpResponseMessage response) => response.StatusCode is
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
        or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    private bool IsOwn(Uri uri) => uri.GetLeftPart(UriPartial.Authority) == endpoint.Root.GetLeftPart(
        UriPartial.Authority);

    // What is encrypted is not led to where it is not.
    private bool IsAllowed(Uri uri) => uri.Scheme == Uri.UriSchemeHttps
        || (uri.Scheme == Uri.UriSchemeHttp && endpoint.IsInsecure);
}
