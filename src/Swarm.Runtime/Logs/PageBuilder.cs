using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Runtime.Logs;

/// <summary>Collects entries until a page is full.</summary>
/// <remarks>
/// The parts of a line of one stream may have lines of the other between them, so each stream has its own unfinished
/// entry. A page ends where none is unfinished, so that the next one begins with a whole line.
/// </remarks>
/// <param name="isTerminal">Its lines end in a carriage return, which a terminal puts before each end of line.</param>
internal sealed class PageBuilder(int maxBytes, bool isTerminal)
{
    private readonly ImmutableArray<LogEntry>.Builder _entries = ImmutableArray.CreateBuilder<LogEntry>();
    private readonly Unfinished?[] _unfinished = new Unfinished?[2];
    private int _bytes;

    public ImmutableArray<LogEntry> Entries => _entries.ToImmutable();

    public bool IsFull => Stopped is not null;

    /// <summary>Where the next page begins; null while this one has room.</summary>
    public LogPosition? Stopped { get; private set; }

    /// <param name="start">Where the line begins.</param>
    /// <param name="next">Where the one after it begins.</param>
    /// <returns>False when the page was full before.</returns>
    public bool Add(ReadOnlySpan<byte> bytes, LogPosition start, LogPosition next)
    {
        if (IsFull) return false;
        if (LogLine.Parse(bytes) is not { } line) return true;

        var stream = line.IsError ? 1 : 0;
        var text = bytes[line.TextAt..];
        var at = line.At;
        _bytes += bytes.Length;
        if (_unfinished[stream] is not null || line.IsPartial)
        {
            var entry = _unfinished[stream] ??= new Unfinished(line.At, start, _entries.Count);
            entry.Text.AddRange(text);
            // An endless line is cut rather than collected for ever.
            if (line.IsPartial && entry.Text.Count < maxBytes) return true;
            _unfinished[stream] = null;
            text = entry.Bytes;
            at = entry.At;
        }

        if (isTerminal && !line.IsPartial && text is [.., (byte)'\r']) text = text[..^1];
        _entries.Add(new LogEntry(at, line.IsError, Encoding.UTF8.GetString(text), IsWhole: !line.IsPartial));
        if (_bytes < maxBytes) return true;
        if (_unfinished[1 - stream] is null) Stopped = next;
        else if (_bytes >= 2L * maxBytes) Stopped = Flush(next);
        return true;
    }

    /// <summary>Ends the page where the log ends now.</summary>
    /// <param name="hold">A line that began after this is left for the next page; null leaves none.</param>
    /// <returns>Where the next page begins.</returns>
    public LogPosition Finish(LogPosition end, DateTimeOffset? hold)
    {
        var oldest = _unfinished.Where(entry => entry is not null).MinBy(entry => entry!.EntriesBefore);
        if (oldest is null) return end;
        if (hold is null || oldest.At <= hold) return Flush(end);

        // What came after the beginning of a held line is read again with it.
        _entries.Count = oldest.EntriesBefore;
        return oldest.Start;
    }

    private LogPosition Flush(LogPosition end)
    {
        for (var stream = 0; stream < _unfinished.Length; stream++)
        {
            if (_unfinished[stream] is not { } entry) continue;
            _entries.Add(new LogEntry(entry.At, stream == 1, Encoding.UTF8.GetString(entry.Bytes), IsWhole: false));
            _unfinished[stream] = null;
        }

        return end;
    }

    private sealed record Unfinished(DateTimeOffset At, LogPosition Start, int EntriesBefore)
    {
        public List<byte> Text { get; } = [];

        public ReadOnlySpan<byte> Bytes => CollectionsMarshal.AsSpan(Text);
    }
}
