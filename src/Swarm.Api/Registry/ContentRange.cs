using System.Globalization;
using Swarm.Images.Repositories;

namespace Swarm.Api.Registry;

/// <summary>Where clients say that a part of an upload lies: <c>0-1023</c>, without unit and total.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-a-blob-in-chunks</remarks>
internal static class ContentRange
{
    /// <param name="bodyLength">Null where the body does not say.</param>
    /// <returns>Null when they do not say.</returns>
    /// <exception cref="RepositoryException">It cannot be read, or the body is of another length.</exception>
    public static ChunkRange? Read(string header, long? bodyLength)
    {
        if (header.Length == 0 || bodyLength == 0) return null; // an end without a last part
        var text = header.StartsWith("bytes ", StringComparison.Ordinal) ? header["bytes ".Length..] : header;
        var ends = text.Split('/')[0].Trim().Split('-');
        if (ends.Length != 2
            || !long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            || last < first || last == long.MaxValue)
        {
            throw new RepositoryException(
                RepositoryFault.BlobUploadInvalid, "the Content-Range is not as 0-1023, with both ends included");
        }

        var range = new ChunkRange(first, last);
        return bodyLength is { } length && length != range.Length
            ? throw new RepositoryException(
                RepositoryFault.SizeInvalid, $"a body of {length} bytes for a Content-Range of {range.Length}")
            : range;
    }
}
