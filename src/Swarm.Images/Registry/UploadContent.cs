using System.Net;

namespace Swarm.Images.Registry;

/// <summary>A blob on its way to a registry, read from its file while it is sent.</summary>
/// <param name="tell">Is told how many bytes have gone.</param>
internal sealed class UploadContent(string path, long size, Action<long> tell) : HttpContent
{
    private const int PieceBytes = 256 * 1024;

    /// <summary>Called whenever the registry has taken something.</summary>
    public Action Heard { get; set; } = () => { };

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        var buffer = new byte[PieceBytes];
        var sent = 0L;
        for (int read; (read = await file.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            sent += read;
            Heard();
            tell(sent);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = size;
        return true;
    }
}
