using System.IO.Pipelines;

namespace Swarm.Images;

/// <summary>Lets a thread that blocks read a stream that is only to be read asynchronously,
/// and reads ahead meanwhile.</summary>
internal static class PipedStream
{
    private const int AheadBytes = 2 * 1024 * 1024;
    private const int PieceBytes = 256 * 1024;

    /// <exception cref="IOException">As the source threw it.</exception>
    public static async Task<T> ReadAsync<T>(Stream source, Func<Stream, T> read, CancellationToken cancellation)
    {
        var pipe = new Pipe(new PipeOptions(
            pauseWriterThreshold: AheadBytes, resumeWriterThreshold: AheadBytes / 2, minimumSegmentSize: PieceBytes,
            useSynchronizationContext: false));
        using var stopped = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var copying = CopyAsync(source, pipe.Writer, stopped.Token);
        try
        {
            return await DedicatedThread.RunAsync(() => read(pipe.Reader.AsStream(leaveOpen: true)), cancellation);
        }
        finally
        {
            await StoreSteps.OnPool(stopped.CancelAsync()); // a reader that failed leaves the rest
            await pipe.Reader.CompleteAsync();
            await copying;
        }
    }

    private static async Task CopyAsync(Stream source, PipeWriter writer, CancellationToken stopped)
    {
        Exception? failure = null;
        try
        {
            await source.CopyToAsync(writer, stopped);
        }
#pragma warning disable CA1031 // whatever it is, the reader gets it
        catch (Exception failed)
#pragma warning restore CA1031
        {
            failure = failed;
        }

        await writer.CompleteAsync(failure);
    }
}
