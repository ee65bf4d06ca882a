using Swarm.Linux.Processes;

namespace Swarm.Linux.Tests.Processes;

public sealed class ProcessFilterTests
{
    [Fact]
    public void What_is_given_comes_out_changed_whatever_its_size()
    {
        var given = new byte[3_000_000];
        new Random(7).NextBytes(given);
        using var filter = Shell("cat; echo more", new MemoryStream(given));

        var came = ReadAll(filter);

        Assert.Equal([.. given, .. "more\n"u8], came);
        Assert.Equal(0, filter.Read(new byte[10]));
    }

    [Fact]
    public void A_program_that_wants_no_more_is_given_no_more()
    {
        using var filter = Shell("head -c 5", new EndlessStream());

        Assert.Equal("xxxxx"u8.ToArray(), ReadAll(filter));
    }

    [Theory]
    [InlineData("echo first; echo wrong >&2; echo more >&2; exit 3", "wrong")]
    [InlineData("echo first; exit 3", "the program ended with 3")]
    [InlineData("echo first; kill -9 $$", "the program ended with 137")]
    public void An_error_comes_after_what_came_before_it_and_each_time(string script, string says)
    {
        using var filter = Shell(script, new MemoryStream());
        var buffer = new byte[10];

        Assert.Equal(6, filter.Read(buffer));
        Assert.Equal(says, Assert.Throws<FilterException>(() => filter.Read(buffer)).Message);
        Assert.Throws<FilterException>(() => filter.Read(buffer));
    }

    [Fact]
    public void A_program_that_is_not_wanted_any_more_ends()
    {
        var filter = Shell("exec cat", new EndlessStream());
        filter.Read(new byte[10]);
        Assert.NotNull(ProcessIdentity.Of(filter.Pid));

        filter.Dispose();

        Assert.Null(ProcessIdentity.Of(filter.Pid));
        filter.Dispose();
    }

    [Fact]
    public void A_source_that_fails_fails_whoever_reads()
    {
        using var filter = Shell("cat", new EndlessStream(pieces: 0));

        Assert.Throws<EndOfStreamException>(() => filter.Read(new byte[10]));
    }

    [Fact]
    public void A_program_that_is_not_there_is_refused() => Assert.Equal(
        Errno.ENOENT,
        Assert.Throws<LinuxException>(() => new ProcessFilter(new Spawn("/no/such", []), new MemoryStream())).Number);

    private static ProcessFilter Shell(string script, Stream source) =>
        new(new Spawn("/bin/sh", ["-c", script]) { Environment = ["PATH=/usr/bin:/bin"] }, source);

    private static byte[] ReadAll(ProcessFilter filter)
    {
        var all = new MemoryStream();
        var buffer = new byte[100_000];
        for (var count = filter.Read(buffer); count > 0; count = filter.Read(buffer)) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>As much as anybody wants, or a failure after so many pieces.</summary>
    private sealed class EndlessStream(int pieces = int.MaxValue) : MemoryStream
    {
        private int _left = pieces;

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_left-- == 0) throw new EndOfStreamException("no more");
            Array.Fill(buffer, (byte)'x', offset, count);
            return count;
        }
    }
}
