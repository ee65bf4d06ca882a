using Microsoft.AspNetCore.Http;
using Swarm.Images.Repositories;

namespace Swarm.Api.Registry;

/// <summary>Reads a manifest that a client sends.</summary>
internal static class BodyReading
{
    private const int PieceBytes = 64 * 1024;

    /// <exception cref="RepositoryException">It is too large.</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, int most, CancellationToken cancellation)
    {
        if (request.ContentLength > most) throw TooLarge(most);
        using var content = new MemoryStream();
        var buffer = new byte[PieceBytes];
        for (int read; (read = await request.Body.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (content.Length + read > most) throw TooLarge(most);
            content.Write(buffer, 0, read);
        }

        return content.ToArray();
    }

    private static RepositoryException TooLarge(int most) => new(
        RepositoryFault.TooLarge, $"a manifest has {most} bytes at most");
}
