using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Runtime;

namespace Swarm.Api.Containers;

/// <summary>Writes a container's log, to its end or as it grows.</summary>
internal sealed class LogWriting(IContainerEngine engine, TimeProvider time)
{
    private const int PageBytes = 128 * 1024;

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
            foreach (var entry in page.Entries)
            {
                if (wanted.IsOver(entry)) return;
                if (wanted.Wants(entry)) await answer.WriteAsync(wanted.Write(entry), cancellation);
            }

            if (!page.Entries.IsEmpty) await answer.FlushAsync(cancellation);
            if (page.More) continue;
            if (!wanted.Follow || hasEnded || time.GetUtcNow() > wanted.Until) return;
            await Task.Delay(LookAgainAfter, time, cancellation);
        }
    }
}
