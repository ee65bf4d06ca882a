using System.Collections.Immutable;
using System.Text;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Runtime;

namespace Swarm.Cluster.Nodes;

/// <summary>Reads one bounded page of a task's log.</summary>
internal static class TaskLogs
{
    /// <summary>What a line costs on the wire beyond its text: task id, slot, time and the frame of each.</summary>
    private const int LineOverhead = 64;

    private const int LeastBytes = 1024;

    /// <summary>A page that fits; a warning where there is nothing to be read.</summary>
    public static async Task<TaskLogPage> ReadAsync(
        IContainerEngine engine, GetTaskLogs asked, CancellationToken cancellation)
    {
        if (engine.Find(ContainerId.Of(asked.Task)) is not { } container)
            return Warn(asked, "its container is not on this node any more");

        using var log = engine.OpenLog(container.Id);
        var limit = Math.Clamp(asked.MaxBytes, LeastBytes, Gateway.MaxMessageBytes / 4 * 3);
        for (var bytes = limit; ; bytes /= 2)
        {
            // Many short lines cost more on the wire than their text: then a smaller page is
            // read, from the same position.
            var page = await log.ReadAsync(asked.Position, asked.Tail, bytes, cancellation);
            if (page.Entries.Sum(SizeOf) > limit && bytes > LeastBytes / 8 && page.Entries.Length > 1) continue;

            var slot = TaskContainer.SlotOf(container);
            return new TaskLogPage(
                asked.Task,
                [.. page.Entries.Select(entry => new LogLine(asked.Task, slot, entry.At, entry.IsError, entry.Text))],
                page.Position, page.More, "");
        }
    }

    /// <summary>The reader goes on where it was once the reason is gone.</summary>
    public static TaskLogPage Warn(GetTaskLogs asked, string reason) =>
        new(asked.Task, ImmutableArray<LogLine>.Empty, asked.Position ?? "", false, $"task {asked.Task}: {reason}");

    private static int SizeOf(LogEntry entry) => Encoding.UTF8.GetByteCount(entry.Text) + LineOverhead;
}
