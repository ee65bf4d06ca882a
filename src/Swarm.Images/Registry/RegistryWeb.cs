using System.Net;
using System.Net.Security;

namespace Swarm.Images.Registry;

/// <summary>Single requests, without what is particular to registries: one client that checks certificates, and one
/// that does not.</summary>
internal sealed class RegistryWeb : IDisposable
{
    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(30);

    private readonly HttpClient _strict = Create(isStrict: true);
    private readonly HttpClient _lax = Create(isStrict: false);
    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;

    public RegistryWeb(RegistryOptions options, TimeProvider time) => (_options, _time) = (options, time);

    /// <summary>Sends one request, and reads no further than the head of the answer.</summary>
    /// <exception cref="UnavailableException">No answer came.</exception>
    public Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, bool isInsecure, CancellationToken cancellation)
    {
        return WithinAsync(
            (token, heard) =>
            {
                if (request.Content is UploadContent upload) upload.Heard = heard;
                return (isInsecure ? _lax : _strict).SendAsync(
                    request, HttpCompletionOption.ResponseHeadersRead, token);
            },
            $"{request.Method} {Show(request.RequestUri!)}", cancellation);
    }

    /// <summary>Does a part of a conversation within the time for which a peer may be silent.</summary>
    /// <exception cref="UnavailableException">The connection is lost, or nothing came in time.</exception>
    public Task<T> WithinAsync<T>(
        Func<CancellationToken, Task<T>> part, string subject, CancellationToken cancellation) =>
        WithinAsync((token, _) => part(token), subject, cancellation);

    public void Dispose()
    {
        _strict.Dispose();
        _lax.Dispose();
    }

    /// <summary>An address without what might be a secret in it.</summary>
    public static string Show(Uri uri) => uri.GetLeftPart(UriPartial.Path);

    private async Task<T> WithinAsync<T>(
        Func<CancellationToken, Action, Task<T>> part, string subject, CancellationToken cancellation)
    {
        var silence = _options.SilenceMax;
        using var deadline = new CancellationTokenSource(silence, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        try
        {
            return await part(either.Token, () => deadline.CancelAfter(silence));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new UnavailableException($"{subject}: nothing came for {silence.TotalSeconds:0.###} s");
        }
        catch (Exception lost) when (lost is HttpRequestException or IOException and not UnavailableException)
        {
            throw new UnavailableException($"{subject}: {Why(lost)}", cause: lost);
        }
    }

    // What the resolver says names neither the host nor that it was looked up.
    private static string Why(Exception lost) =>
        lost is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
            ? $"the name cannot be looked up: {lost.Message}"
            : lost.GetBaseException().Message;

    private static HttpClient Create(bool isStrict) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, // credentials must not go along
        UseCookies = false,
        ConnectTimeout = ConnectMax,
        PooledConnectionIdleTimeout = IdleMax,
        Proxy = new ProxyButForLoopback(),
        SslOptions = isStrict
            ? new SslClientAuthenticationOptions()
            : new SslClientAuthenticationOptions
            {
#pragma warning disable CA5359 // What a registry is that is listed as insecure.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { { "User-Agent", "swarm" } },
    };

    /// <summary>The proxy of the environment, past which this host itself is reached.</summary>
    private sealed class ProxyButForLoopback : IWebProxy
    {
        public ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination) => HttpClient.DefaultProxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || HttpClient.DefaultProxy.IsBypassed(host);
    }
}
