using System.Globalization;

namespace Swarm.Runtime.Builds;

/// <summary>Fetches what <c>ADD</c> is given the address of.</summary>
internal sealed class RemoteFile(HttpClient client)
{
    public static bool IsAddress(string source) =>
        source.StartsWith("http://", StringComparison.Ordinal)
        || source.StartsWith("https://", StringComparison.Ordinal);

    /// <summary>Writes it to a folder of its own, under the name that its address ends with, or that its server gives
    /// it.</summary>
    /// <param name="isNamed">Whether it is called so in the image, too.</param>
    /// <returns>The file's name.</returns>
    /// <exception cref="BuildException">What came of it.</exception>
    public async Task<string> FetchAsync(string address, string folder, bool isNamed, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri))
            throw new BuildException($"{address} is no address");
        try
        {
            using var answer = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (!answer.IsSuccessStatusCode)
            {
                throw new BuildException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"ADD failed: {address}: the server answered {(int)answer.StatusCode} {answer.ReasonPhrase}"));
            }

            var name = NameIn(Uri.UnescapeDataString(uri.AbsolutePath)) ?? NameGiven(answer);
            if (name is null && isNamed) throw new BuildException($"cannot determine filename for source {address}");
            name ??= "file";
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

    private static string? NameGiven(HttpResponseMessage answer) =>
        answer.Content.Headers.ContentDisposition is { } given
            ? NameIn((given.FileNameStar ?? given.FileName ?? "").Trim('"'))
            : null;

    /// <returns>Null where a path names a folder, or nothing that a file could be called.</returns>
    private static string? NameIn(string path) => path.Split('/')[^1] is var name && name is not ("" or "." or "..")
        ? name
        : null;
}
