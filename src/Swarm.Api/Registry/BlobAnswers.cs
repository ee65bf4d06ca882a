using System.Buffers;
using Microsoft.AspNetCore.Http;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Api.Registry;

/// <summary>Blobs as clients get them, whole or a part, and take them away.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs</remarks>
internal sealed class BlobAnswers(INodeRegistry registry)
{
    private const int PieceBytes = 1024 * 1024;

    public async Task GetAsync(RegistryCall call, Digest digest)
    {
        var blob = registry.FindBlob(call.Repository, digest) ?? throw Unknown(call, digest);
        // Found and gone: nothing that it is of is here any more.
        await using var content = blob.Open() ?? throw Unknown(call, digest);
        var response = call.Response;
        response.Headers.AcceptRanges = "bytes";
        response.Headers["Docker-Content-Digest"] = digest.Value;
        if (call.Has($"\"{digest}\""))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var range = ByteRange.Read(WantedOf(call, digest), blob.Size, out var isPart);
        if (range is null)
        {
            response.Headers.ContentRange = $"bytes */{blob.Size}";
            throw new RepositoryException(RepositoryFault.RangeInvalid, $"the blob has {blob.Size} bytes");
        }

        response.StatusCode = isPart ? StatusCodes.Status206PartialContent : StatusCodes.Status200OK;
        response.ContentType = "application/octet-stream";
        response.ContentLength = range.Length;
        if (isPart) response.Headers.ContentRange = $"bytes {range.First}-{range.Last}/{blob.Size}";
        if (!call.IsHead) await SendAsync(content, range, response.Body, call.Aborted);
    }

    public Task Delete(RegistryCall call, Digest digest)
    {
        registry.RemoveBlob(call.Repository, digest);
        call.Response.StatusCode = StatusCodes.Status202Accepted;
        return Task.CompletedTask;
    }

    // A head is always of the whole; and who has a part of something else wants the whole.
    private static string WantedOf(RegistryCall call, Digest digest) =>
        call.IsHead || call.Request.Headers.IfRange.ToString() is { Length: > 0 } had && had != $"\"{digest}\""
            ? ""
            : call.Request.Headers.Range.ToString();

    private static RepositoryException Unknown(RegistryCall call, Digest digest) => new(
        RepositoryFault.BlobUnknown, $"there is no blob {digest} in {call.Name}");

    private static async Task SendAsync(Stream content, ByteRange range, Stream to, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            content.Position = range.First;
            for (var left = range.Length; left > 0;)
            {
                var read = await content.ReadAsync(
                    buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellation);
                if (read == 0) throw new EndOfStreamException("the blob is shorter than it was");
                await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
