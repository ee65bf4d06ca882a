using System.Buffers;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>Writes a container's log, to its end or as it grows.</summary>
internal sealed class LogWriting(IContainerEngine engine, TimeProvider time)
{
    private const int PageBytes = 128 * 1024;
    private const int WriteBytes = 16 * 1024;

    /// <summary>Between two looks at a log that is followed.</summary>
    private static readonly TimeSpan LookAgainAfter = TimeSpan.FromMilliseconds(50);

    /// <exception cref="ApiException">The container keeps none.</exception>
    public static void RequireLog(ContainerState container)
    {
        if (container.Definition.Spec.Log is { Driver: "none" })
        {
            throw new ApiException(
                StatusCodes.Status501NotImplemented, "configured logging driver does not support reading");
        }
    }

    /// <remarks>A client that knows that its container has ended may remove it before it reads on: so the log is opened
    /// before the answer begins.</remarks>
    /// <param name="following">Cancelled when it is followed no longer: what is there is written still.</param>
    public async Task WriteAsync(
        Stream answer, ContainerId container, IContainerLog log, WantedLog wanted, CancellationToken following,
        CancellationToken cancellation)
    {
        string? position = null;
        while (true)
        {
            var hasEnded = following.IsCancellationRequested
                || engine.Find(container) is null or { Phase: not ContainerPhase.Running };
            var page = await log.ReadAsync(position, position is null ? wanted.Tail : null, PageBytes, cancellation);
            position = page.Position;
            var isOver = await WriteAsync(answer, page.Entries, wanted, cancellation);
            if (!page.Entries.IsEmpty) await answer.FlushAsync(cancellation);
            if (isOver) return;
            if (page.More) continue;
            if (!wanted.Follow || hasEnded || time.GetUtcNow() > wanted.Until) return;
            await Task.Delay(LookAgainAfter, time, cancellation);
        }
    }

    /// <summary>Each entry in a frame of its own, but many of them together: a write costs more than a line.</summary>
    /// <returns>Whether one came that is too late to be wanted: what follows is, too.</returns>
    private static async Task<bool> WriteAsync(
        Stream answer, ImmutableArray<LogEntry> entries, WantedLog wanted, CancellationToken cancellation)
    {
        var together = new ArrayBufferWriter<byte>(WriteBytes);
        var isOver = false;
        foreach (var entry in entries)
        {
            isOver = wanted.IsOver(entry);
            if (isOver) break;
            if (wanted.Wants(entry)) wanted.Write(together, entry);
            if (together.WrittenCount < WriteBytes) continue;
            await answer.WriteAsync(together.WrittenMemory, cancellation);
            together.ResetWrittenCount();
        }

        if (together.WrittenCount > 0) await answer.WriteAsync(together.WrittenMemory, cancellation);
        return isOver;
    }
}
