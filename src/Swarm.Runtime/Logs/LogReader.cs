using System.Collections.Immutable;

namespace Swarm.Runtime.Logs;

/// <summary>Reads a container's log page by page, whole lines joined from their parts.</summary>
internal sealed class LogReader(LogFolder folder, TimeProvider time, bool isTerminal = false)
{
    private const int ChunkSize = 64 * 1024;

    /// <summary>
    /// How long a line that has not ended is waited for before it is given as it is: a prompt, for one.
    /// </summary>
    private static readonly TimeSpan LineEndWait = TimeSpan.FromSeconds(1);

    /// <param name="tail">Without a position: how many of the last entries; null means all.</param>
    /// <param name="hasEnded">Nothing will be added.</param>
    public LogPage Read(string? position, int? tail, int maxBytes, bool hasEnded)
    {
        var from = position is not null ? LogPosition.Parse(position)
            : tail is { } count ? new LogTail(folder).Find(count)
            : new LogPosition(0, 0);
        var page = new PageBuilder(Math.Max(1, maxBytes), isTerminal);
        var at = Forward(from);
        while (true)
        {
            var (file, isFinished) = folder.Open(at.Number);
            long end;
            using (file) end = file is null ? at.Offset : ReadFile(file, at, page);
            at = at with { Offset = end };
            if (page.IsFull || !isFinished) break;
            at = new LogPosition(at.Number + 1, 0);
        }

        var hold = hasEnded ? (DateTimeOffset?)null : time.GetUtcNow() - LineEndWait;
        var next = page.IsFull ? page.Stopped!.Value : page.Finish(at, hold);
        return new LogPage(page.Entries, next.ToString(), page.IsFull);
    }

    /// <summary>A place that is no longer kept becomes the first that is.</summary>
    private LogPosition Forward(LogPosition wanted)
    {
        var first = folder.Numbers()[0];
        return wanted.Number < first ? new LogPosition(first, 0) : wanted;
    }

    /// <returns>The offset after the last complete line that was read.</returns>
    private static long ReadFile(FileStream file, LogPosition at, PageBuilder page)
    {
        file.Seek(at.Offset, SeekOrigin.Begin);
        var buffer = new byte[ChunkSize];
        var filled = 0;
        var offset = at.Offset;
        while (true)
        {
            var count = file.Read(buffer, filled, buffer.Length - filled);
            if (count == 0) return offset;
            filled += count;
            var used = 0;
            for (int end; (end = buffer.AsSpan(used, filled - used).IndexOf((byte)'\n')) >= 0; used += end + 1)
            {
                var next = new LogPosition(at.Number, offset + end + 1);
                if (!page.Add(buffer.AsSpan(used, end), new LogPosition(at.Number, offset), next)) return offset;
                offset = next.Offset;
            }

            // Lines are at most 8 KiB: what does not fit is no line of conmon's, and is passed over.
            if (used == 0 && filled == buffer.Length) (used, offset) = (filled, offset + filled);
            buffer.AsSpan(used, filled - used).CopyTo(buffer);
            filled -= used;
        }
    }
}
