using Microsoft.Extensions.Logging;
using Swarm.Linux;
using Swarm.Linux.Processes;
using Swarm.Linux.Watching;

namespace Swarm.Runtime;

/// <summary>Keeping logs within their bounds. Told in docs/containers.md.</summary>
internal sealed partial class EngineCore
{
    private static readonly TimeSpan SoonestLogCheck = TimeSpan.FromMilliseconds(50);

    /// <summary>Holds the file that conmon writes, and each that it begins by itself, from when it begins it.</summary>
    private void FollowLog(LiveContainer container)
    {
        container.Log.Make();
        container.LogWatch?.Dispose();
        try
        {
            container.LogWatch = _arrivals!.Add(
                container.Log.Path, Arrival.Moved, name => NoticeMoved(container, name));
        }
        catch (LinuxException refused) when (refused.Number == Errno.ENOSPC)
        {
            LogUnwatched(container.Definition.Id.Short, refused);
        }

        container.Log.Keep();
    }

    /// <remarks>On the watch's thread: what conmon begins next must not come before this one is held.</remarks>
    private void NoticeMoved(LiveContainer container, string name)
    {
        if (!Logs.LogFolder.IsCurrent(name)) return;
        try
        {
            container.Log.Keep();
            Begin(() =>
            {
                container.Log.Trim(Logs.LogBounds.Of(container.Definition.Spec, _options).Files);
                return Task.CompletedTask;
            });
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            LogRefused(refused); // of a container that is being removed; or the next look does it
        }
    }

    /// <remarks>A log that was found too large may grow by hundreds of megabytes in a second:
    /// the next look is soon.</remarks>
    private Task CheckLogsAsync()
    {
        var next = _options.LogCheckInterval;
        try
        {
            foreach (var container in Table.All)
            {
                if (TryCheckLog(container) && next > SoonestLogCheck) next = SoonestLogCheck;
            }
        }
        finally
        {
            _logTimer?.Change(next, Timeout.InfiniteTimeSpan);
        }

        return Task.CompletedTask;
    }

    /// <returns>Whether the log was too large. One that cannot be dealt with keeps nobody from the others.</returns>
    private bool TryCheckLog(LiveContainer container)
    {
        try
        {
            if (container.Record is not { Phase: ContainerPhase.Running } record) return false;
            var bounds = Logs.LogBounds.Of(record.Definition.Spec, _options);
            if (!bounds.HasFile) return false;
            container.Log.Keep();
            container.Log.Trim(bounds.Files);
            if (!container.Log.IsToBeEnded(bounds.MaxBytes)) return false;
            // "2" is conmon's word for beginning its log anew; the numbers after it have no meaning then.
            Fifo.TryWrite(Path.Join(Folders.Bundle(record.Id), "ctl"), "2 0 0\n");
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            LogRefused(refused);
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning,
        "The log of container {Container} cannot be watched: when it grows fast, lines may be lost")]
    private partial void LogUnwatched(string container, Exception cause);
}
