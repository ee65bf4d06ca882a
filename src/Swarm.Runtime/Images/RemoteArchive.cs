using System.Globalization;
using Swarm.Images;

namespace Swarm.Runtime.Images;

/// <summary>Fetches the tar that an image is to be made of.</summary>
internal static class RemoteArchive
{
    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(30);

    private static readonly HttpClient Web = new(new SocketsHttpHandler { ConnectTimeout = ConnectMax })
    {
        Timeout = Timeout.InfiniteTimeSpan, // an archive takes as long as it takes
    };

    /// <summary>An address as it is shown: without the password that may be in it.</summary>
    public static string Shown(Uri address) => address.GetComponents(
        UriComponents.HttpRequestUrl, UriFormat.UriEscaped);

    /// <exception cref="ImageException">It is not to be had there, and why.</exception>
    public static async Task<Stream> OpenAsync(Uri address, CancellationToken cancellation)
    {
        try
        {
            var answer = await Web.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.IsSuccessStatusCode) return await answer.Content.ReadAsStreamAsync(cancellation);

            using (answer)
            {
                throw new ImageException(ImageFault.NotFound, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Shown(address)}: the server answered {(int)answer.StatusCode} {answer.ReasonPhrase}"));
            }
        }
        catch (Exception failed) when (failed is HttpRequestException
            || (failed is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new ImageException(ImageFault.Invalid, $"{Shown(address)}: {failed.Message}", failed);
        }
    }
}
