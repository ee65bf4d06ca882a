using Swarm.Images.Builds;

namespace Swarm.Images.Tests.Builds;

public sealed class GoWordsTests
{
    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1, "100ns")]
    [InlineData(15, "1.5µs")]
    [InlineData(15_000, "1.5ms")]
    [InlineData(5_000_000, "500ms")]
    [InlineData(10_000_000, "1s")]
    [InlineData(12_345_678, "1.2345678s")]
    [InlineData(600_000_000, "1m0s")]
    [InlineData(36_000_000_000, "1h0m0s")]
    [InlineData(3_636_605_000_000, "101h1m0.5s")]
    public void A_time_is_written_in_units(long ticks, string written) =>
        Assert.Equal(written, GoWords.Of(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData("", "\"\"")]
    [InlineData("a 'b' \"c\" \\", "\"a 'b' \\\"c\\\" \\\\\"")]
    [InlineData("\n\t\u0001\u007f", "\"\\n\\t\\x01\\x7f\"")]
    [InlineData("é\u00a0😀", "\"é\\u00a0😀\"")]
    public void A_text_is_quoted(string text, string quoted) => Assert.Equal(quoted, GoWords.Quoted(text));

    [Theory]
    [InlineData(0, "'\\x00'")]
    [InlineData(10, "'\\n'")]
    [InlineData(39, "'\\''")]
    [InlineData(65, "'A'")]
    [InlineData(int.MaxValue, "'\ufffd'")]
    public void A_number_is_quoted_as_its_character(int number, string quoted) =>
        Assert.Equal(quoted, GoWords.Quoted(number));
}
