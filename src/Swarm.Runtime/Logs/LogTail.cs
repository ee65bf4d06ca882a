namespace Swarm.Runtime.Logs;

/// <summary>Finds where the last entries of a log begin, reading from its end.</summary>
internal sealed class LogTail(LogFolder folder)
{
    /// <summary>Read at once: a file may have any size that its container asked for. Lines are at most 8 KiB.</summary>
    private const int ChunkBytes = 64 * 1024;

    private readonly byte[] _chunk = new byte[ChunkBytes];

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
                if (FindIn(file, ref wanted, ref isLastLine) is { } offset) return new LogPosition(numbers[i], offset);
            }
        }

        return new LogPosition(numbers[0], 0);
    }

    /// <summary>Goes back chunk by chunk, each of whole lines.</summary>
    private long? FindIn(FileStream file, ref int wanted, ref bool isLastLine)
    {
        for (var end = file.Length; end > 0;)
        {
            var start = Math.Max(0, end - ChunkBytes);
            file.Seek(start, SeekOrigin.Begin);
            var read = file.ReadAtLeast(
                _chunk.AsSpan(0, (int)(end - start)), (int)(end - start), throwOnEndOfStream: false);
            var text = _chunk.AsSpan(0, read);
            // The line that the chunk begins within is left to the next one.
            var cut = start == 0 ? 0 : text.IndexOf((byte)'\n') + 1;
            if (cut == read) cut = 0; // none of conmon's: it is passed over
            if (FindIn(text[cut..], ref wanted, ref isLastLine) is { } offset) return start + cut + offset;
            end = start + cut;
        }

        return null;
    }

    /// <summary>Goes back line by line; an entry begins after the end of the one before it.</summary>
    private static int? FindIn(ReadOnlySpan<byte> text, ref int wanted, ref bool isLastLine)
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
