using System.Net;
using System.Text.Json;
using Swarm.Images.Manifests;

namespace Swarm.Images.Registry;

/// <summary>Reads what registries answer, bounded, and turns into an error what is not what was asked for.</summary>
internal static class RegistryAnswer
{
    private const int ErrorBytesMax = 64 * 1024;
    private const int ErrorCharactersMax = 500;

    /// <summary>Whether asking again may help.</summary>
    public static bool IsTransient(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests
        or HttpStatusCode.RequestTimeout or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
        or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    /// <summary>How long the registry asks to be left alone.</summary>
    public static TimeSpan? WaitOf(HttpResponseMessage response, DateTimeOffset now) =>
        response.Headers.RetryAfter is not { } after ? null
        : after.Delta ?? (after.Date is { } date && date > now ? date - now : null);

    /// <summary>The whole body.</summary>
    /// <exception cref="RegistryException">It is longer than that.</exception>
    public static async Task<byte[]> ReadAsync(
        HttpResponseMessage response, int bytesMax, RegistryWeb web, string subject, CancellationToken cancellation)
    {
        using var content = new MemoryStream();
        var buffer = new byte[16 * 1024];
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        while (true)
        {
            var read = await web.WithinAsync(
                async token => await body.ReadAsync(buffer, token), subject, cancellation);
            if (read == 0) return content.ToArray();
            if (content.Length + read > bytesMax)
                throw new RegistryException(RegistryFault.Invalid, $"{subject}: more than {bytesMax} bytes");
            content.Write(buffer, 0, read);
        }
    }

    /// <summary>What a registry says by an answer that is no success.</summary>
    public static async Task<RegistryException> ExplainAsync(
        HttpResponseMessage response, RegistryWeb web, string subject, CancellationToken cancellation)
    {
        var said = "";
        try
        {
            said = TextOf(await ReadAsync(response, ErrorBytesMax, web, subject, cancellation));
        }
        catch (Exception cut) when (cut is RegistryException or IOException)
        {
            // The status says enough.
        }

        if (said.Length == 0) said = $"{(int)response.StatusCode} {response.ReasonPhrase}";
        if (response.StatusCode == HttpStatusCode.Unauthorized)
            said += " (no basic auth credentials, or wrong ones: see 'docker login')";
        return new RegistryException(FaultOf(response.StatusCode), $"{subject}: {said}");
    }

    private static RegistryFault FaultOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => RegistryFault.NotFound,
        HttpStatusCode.Unauthorized => RegistryFault.Unauthorized,
        HttpStatusCode.Forbidden => RegistryFault.Denied,
        HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented => RegistryFault.Unsupported,
        _ when IsTransient(status) => RegistryFault.Unavailable,
        _ => RegistryFault.Invalid,
    };

    // {"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}, or {"details":".."} of token services.
    private static string TextOf(byte[] body)
    {
        try
        {
            var json = JsonReading.Parse(body, "error");
            if (!json.IsObject) return "";
            if (json.Find("errors") is not { } errors)
                return Cut((json.Find("details") ?? json.Find("message"))?.Text() ?? "");
            return Cut(string.Join(", ", errors.Items().Select(
                error => $"{Words(error.TextOr("code", ""))}: {error.TextOr("message", "")}")));
        }
        catch (Exception broken) when (broken is ImageException or JsonException)
        {
            return "";
        }
    }

    private static string Words(string code) => code.ToLowerInvariant().Replace('_', ' ');

    private static string Cut(string text)
    {
        var plain = new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);
        return plain.Length <= ErrorCharactersMax ? plain : plain[..ErrorCharactersMax] + "…";
    }
}
