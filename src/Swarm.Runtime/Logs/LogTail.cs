namespace Swarm.Runtime.Logs;

/// <summary>Finds where the last entries of a log begin, reading from its end.</summary>
internal sealed class LogTail(LogFolder folder)
{
    /// <returns>The place after which there are as many entries, or the first place there is.</returns>
    public LogPosition Find(int entries)
    {
        var numbers = folder.Numbers();
        var wanted = Math.Max(0, entries);
        var isLastLine = true;
        for (var i = numbers.Count - 1; i >= 0; i--)
        {
            var (file, _) = folder.Open(numbers[i]);
            if (file is null) continue;
            using (file)
            {
                var text = new byte[file.Length];
                text = text[..file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false)];
                if (FindIn(text, ref wanted, ref isLastLine) is { } offset) return new LogPosition(numbers[i], offset);
            }
        }

        return new LogPosition(numbers[0], 0);
    }

    /// <summary>Goes back line by line; an entry begins after the end of the one before it.</summary>
    /// <remarks>Files are bounded by rotation, so one is read whole.</remarks>
    internal static long? FindIn(ReadOnlySpan<byte> text, ref int wanted, ref bool isLastLine)
    {
        var end = text.LastIndexOf((byte)'\n');
        while (end >= 0)
        {
            var start = text[..end].LastIndexOf((byte)'\n') + 1;
            var endsEntry = LogLine.EndsEntry(text[start..end]) || isLastLine;
            isLastLine = false;
            if (endsEntry && wanted-- == 0) return end + 1;
            end = start - 1;
        }

        return null;
    }
}
