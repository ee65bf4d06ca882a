using System.Globalization;

namespace Swarm.Runtime.Builds;

/// <summary>Fetches what <c>ADD</c> is given the address of.</summary>
internal sealed class RemoteFile(HttpClient client)
{
    public static bool IsAddress(string source) =>
        source.StartsWith("http://", StringComparison.Ordinal)
        || source.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>Writes it to a folder of its own, under the name that its address ends with.</summary>
    /// <param name="isNamed">Whether it is called so in the image, too.</param>
    /// <returns>The file's name.</returns>
    /// <exception cref="BuildException">What came of it.</exception>
    public async Task<string> FetchAsync(string address, string folder, bool isNamed, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            throw new BuildException($"{address} is no address");
        var name = Uri.UnescapeDataString(uri.AbsolutePath.TrimEnd('/').Split('/')[^1]);
        if (name is "" or "." or ".." || name.Contains('/', StringComparison.Ordinal))
        {
            name = isNamed
                ? throw new BuildException($"cannot determine filename for source {address}")
                : "file";
        }

        try
        {
            using var answer = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode)
            {
                throw new BuildException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"ADD failed: {address}: the server answered {(int)answer.StatusCode} {answer.ReasonPhrase}"));
            }

            var path = Path.Join(folder, name);
            await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write))
            {
                await answer.Content.CopyToAsync(file, cancellation);
            }

            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            if (answer.Content.Headers.LastModified is { } modified)
                File.SetLastWriteTimeUtc(path, modified.UtcDateTime);
            return name;
        }
        catch (HttpRequestException failed)
        {
            throw new BuildException($"ADD failed: {address}: {failed.Message}", cause: failed);
        }
    }
}
