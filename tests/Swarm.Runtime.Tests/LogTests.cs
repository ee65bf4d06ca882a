using Swarm.Runtime.Logs;

namespace Swarm.Runtime.Tests;

public sealed class LogTests : IDisposable
{
    private const string Time = "2026-11-23T17:47:21.355179828+00:00";
    private readonly string _folder = Directory.CreateTempSubdirectory("swarmlog").FullName;
    private readonly LogFolder _log;

    public LogTests() => _log = new LogFolder(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Parts_of_a_line_are_joined_though_the_other_stream_comes_between()
    {
        Append($"{Time} stdout P one ", $"{Time} stderr F other", $"{Time} stdout F line");

        var page = Read(null);

        Assert.Equal([(true, "other"), (false, "one line")], page.Entries.Select(entry => (entry.IsError, entry.Text)));
    }

    [Fact]
    public void What_has_no_end_of_line_yet_is_told_to_be_a_part_of_one()
    {
        Append($"{Time} stdout F whole", $"{Time} stdout P progress");

        var page = Read(null);

        Assert.Equal(
            [("whole", true), ("progress", false)], page.Entries.Select(entry => (entry.Text, entry.IsWhole)));
    }

    [Theory]
    [InlineData("2026-11-23T17:47:21.355179828+00:00", "2026-11-23T17:47:21.3551798+00:00")]
    [InlineData("2026-11-23T17:47:21.355179828-05:30", "2026-11-23T17:47:21.3551798-05:30")]
    [InlineData("2026-11-23T17:47:21.5Z", "2026-11-23T17:47:21.5000000+00:00")]
    [InlineData("2026-11-23T17:47:21Z", "2026-11-23T17:47:21.0000000+00:00")]
    [InlineData("2026-11-23T17:47:21", null)]
    [InlineData("2026-11-23T17:47:21,355+00:00", null)]
    [InlineData("2026-13-23T17:47:21.355179828+00:00", null)]
    [InlineData("2026-11-23T17:47:21.355179828+00:00:00", null)]
    [InlineData("Z", null)]
    [InlineData("", null)]
    public void A_time_is_read_to_a_tenth_of_a_microsecond_and_what_is_none_makes_no_entry(
        string time, string? expected)
    {
        Append($"{time} stdout F line");

        Assert.Equal(
            expected is null ? [] : [expected], Read(null).Entries.Select(entry => $"{entry.At:O}"));
    }

    [Theory]
    [InlineData(false, "a\r b\r\r", "c\r")]
    [InlineData(true, "a b\r", "c\r")]
    public void A_carriage_return_is_a_terminals_only_at_the_end_of_a_line(bool isTerminal, string lines, string begun)
    {
        Append($"{Time} stdout F a\r", $"{Time} stdout P b", $"{Time} stdout F \r\r", $"{Time} stdout P c\r");

        var entries = new LogReader(_log, TimeProvider.System, isTerminal).Read(null, null, 9999, true).Entries;

        Assert.Equal(
            (lines, begun),
            (string.Join(' ', entries.Where(entry => entry.IsWhole).Select(entry => entry.Text)), entries[^1].Text));
    }

    [Fact]
    public void Pages_follow_each_other_over_rotations_and_lose_nothing()
    {
        var expected = new List<string>();
        var got = new List<string>();
        string? position = null;
        for (var i = 0; i < 900; i++)
        {
            expected.Add($"line {i}");
            Append($"{Time} stdout F line {i}");
            if (i % 250 == 249) BeginAnother(keep: 9);
            if (i % 100 != 0) continue;
            var page = new LogReader(_log, TimeProvider.System).Read(position, null, 700, hasEnded: false);
            got.AddRange(page.Entries.Select(entry => entry.Text));
            position = page.Position;
        }

        LogPage last;
        do
        {
            last = new LogReader(_log, TimeProvider.System).Read(position, null, 700, hasEnded: true);
            got.AddRange(last.Entries.Select(entry => entry.Text));
            position = last.Position;
        }
        while (last.More);

        Assert.Equal(expected, got);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(2, "c,d")]
    [InlineData(3, "b,c,d")]
    [InlineData(9, "a,b,c,d")]
    public void The_tail_is_counted_in_entries_over_files(int count, string expected)
    {
        Append($"{Time} stdout F a", $"{Time} stdout F b");
        BeginAnother(keep: 3);
        Append($"{Time} stdout F c", $"{Time} stdout F d");

        Assert.Equal(expected, string.Join(
            ',', new LogReader(_log, TimeProvider.System).Read(null, count, 9999, true).Entries.Select(e => e.Text)));
    }

    [Fact]
    public void The_tail_of_a_file_of_any_size_is_found_from_its_end()
    {
        using (var file = File.OpenWrite(_log.CurrentPath)) file.SetLength(3L << 30);
        Append("", $"{Time} stdout F a", $"{Time} stdout P b", $"{Time} stdout F c");

        var page = new LogReader(_log, TimeProvider.System).Read(null, 2, 9999, hasEnded: true);

        Assert.Equal(["a", "bc"], page.Entries.Select(entry => entry.Text));
    }

    [Theory]
    [InlineData(1, 4999)]
    [InlineData(1700, 3300)]
    [InlineData(4999, 1)]
    [InlineData(6000, 0)]
    public void The_tail_is_counted_over_pieces_of_a_file(int count, int first)
    {
        Append([.. Enumerable.Range(0, 5000).SelectMany(i => (string[])
            [$"{Time} stdout P {i}", .. i % 7 == 0 ? [$"{Time} stdout P -"] : (string[])[], $"{Time} stdout F ."])]);

        var page = new LogReader(_log, TimeProvider.System).Read(null, count, 1 << 20, hasEnded: true);

        Assert.Equal(
            Enumerable.Range(first, 5000 - first).Select(i => i % 7 == 0 ? $"{i}-." : $"{i}."),
            page.Entries.Select(entry => entry.Text));
    }

    [Fact]
    public void A_letter_that_is_parted_between_two_pieces_of_a_line_is_read_whole()
    {
        Append($"{Time} stdout P gr", $"{Time} stdout F n");
        var written = File.ReadAllBytes(_log.CurrentPath).AsSpan();
        var end = written.IndexOf((byte)'\n');
        File.WriteAllBytes(
            _log.CurrentPath,
            [.. written[..end], 0xc3, .. written[end..^2], 0xbc, .. written[^2..]]);

        Assert.Equal("gr\u00fcn", Assert.Single(Read(null).Entries).Text);
    }

    [Fact]
    public void A_line_that_has_not_ended_is_waited_for_while_it_is_young()
    {
        var now = DateTimeOffset.UtcNow.ToString(
            "yyyy-MM-ddTHH:mm:ss.fffffffzzz", System.Globalization.CultureInfo.InvariantCulture);
        Append($"{Time} stdout F whole", $"{now} stdout P half");
        var page = new LogReader(_log, TimeProvider.System).Read(null, null, 9999, hasEnded: false);
        Assert.Equal(["whole"], page.Entries.Select(entry => entry.Text));

        Append($"{now} stdout F -full");
        Assert.Equal(["half-full"], Read(page.Position).Entries.Select(entry => entry.Text));
    }

    [Fact]
    public void The_oldest_files_are_dropped_and_a_position_in_them_becomes_the_first_kept()
    {
        foreach (var text in (string[])["a", "b", "c"])
        {
            Append($"{Time} stdout F {text}");
            BeginAnother(keep: 2);
        }

        Append($"{Time} stdout F d");

        Assert.Equal(["c", "d"], Read("1:0").Entries.Select(entry => entry.Text));
        Assert.Throws<ContainerException>(() => Read("what"));
    }

    [Fact]
    public void A_place_in_the_file_being_written_holds_though_another_takes_its_place_unseen()
    {
        Append($"{Time} stdout F a");
        var page = Read(null);
        Append($"{Time} stdout F b");
        File.WriteAllLines(_log.CurrentPath + ".tmp", [$"{Time} stdout F c"]);
        File.Move(_log.CurrentPath + ".tmp", _log.CurrentPath, overwrite: true);

        Assert.Equal(["b", "c"], Read(page.Position).Entries.Select(entry => entry.Text));
    }

    [Fact]
    public void Who_reads_reads_to_the_end_though_the_files_are_removed()
    {
        _log.AddReader();
        _log.AddReader();
        Append($"{Time} stdout F a");
        var page = Read(null);
        Append($"{Time} stdout F b");
        BeginAnother(keep: 3);
        Append($"{Time} stdout F c");

        _log.BeforeRemoval();
        foreach (var file in Directory.GetFiles(_folder)) File.Delete(file);

        Assert.Equal(["b", "c"], Read(page.Position).Entries.Select(entry => entry.Text));
        Assert.Equal(["c"], new LogReader(_log, TimeProvider.System)
            .Read(null, 1, 9999, hasEnded: true).Entries.Select(entry => entry.Text));
        _log.EndReader();
        Assert.Equal(["a", "b", "c"], Read(null).Entries.Select(entry => entry.Text));
        Assert.Equal(2, OpenOfTheFolder());
        _log.EndReader();
        Assert.Empty(Read(null).Entries);
        Assert.Equal(0, OpenOfTheFolder());
    }

    [Fact]
    public void Nothing_is_held_where_nobody_reads()
    {
        Append($"{Time} stdout F a");

        _log.BeforeRemoval();

        Assert.Equal(0, OpenOfTheFolder());
    }

    private int OpenOfTheFolder() => Directory.GetFiles("/proc/self/fd")
        .Count(file => new FileInfo(file).LinkTarget?.StartsWith(_folder, StringComparison.Ordinal) == true);

    private LogPage Read(string? position) =>
        new LogReader(_log, TimeProvider.System).Read(position, null, 9999, hasEnded: true);

    /// <summary>As conmon does: a new file over the one before.</summary>
    private void BeginAnother(int keep)
    {
        File.WriteAllText(_log.CurrentPath + ".tmp", "");
        _log.Keep();
        File.Move(_log.CurrentPath + ".tmp", _log.CurrentPath, overwrite: true);
        _log.Keep();
        _log.Trim(keep);
    }

    private void Append(params string[] lines) => File.AppendAllLines(_log.CurrentPath, lines);
}
