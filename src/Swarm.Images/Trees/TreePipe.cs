using System.IO.Pipelines;

namespace Swarm.Images.Trees;

/// <summary>Lets what one writes be read by another, at the same time.</summary>
internal static class TreePipe
{
    private const int AheadBytes = 2 * 1024 * 1024;

    /// <summary>Runs both to their end. Blocks.</summary>
    /// <exception cref="Exception">What the reader threw, or else the writer.</exception>
    public static void Run(Action<Stream> write, Action<Stream> read)
    {
        var pipe = new Pipe(new PipeOptions(
            pauseWriterThreshold: AheadBytes, resumeWriterThreshold: AheadBytes / 2, useSynchronizationContext: false));
        var writing = DedicatedThread.RunAsync(() => Write(pipe.Writer, write), CancellationToken.None);
        try
        {
            using var input = pipe.Reader.AsStream(leaveOpen: true);
            read(input);
        }
        finally
        {
            pipe.Reader.Complete(); // a writer whose reader has failed writes into nothing
            writing.GetAwaiter().GetResult();
        }
    }

    private static bool Write(PipeWriter writer, Action<Stream> write)
    {
        try
        {
            using var output = new BufferedStream(writer.AsStream(leaveOpen: true), 128 * 1024);
            write(output);
            output.Flush();
            writer.Complete();
            return true;
        }
#pragma warning disable CA1031 // whatever it is, the reader gets it
        catch (Exception failed)
#pragma warning restore CA1031
        {
            writer.Complete(failed);
            return false;
        }
    }
}
