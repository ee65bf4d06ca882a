using Swarm.Core;
using Swarm.Daemon.Configuration;

namespace Swarm.Daemon.Tests.Configuration;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("0B", 0)]
    [InlineData("1KiB", 1024)]
    [InlineData("3 MiB", 3 * 1024 * 1024)]
    [InlineData("8TiB", 8L << 40)]
    public void A_size_is_a_whole_number_and_a_unit(string text, long bytes) =>
        Assert.Equal(new Bytes(bytes), Quantity.ParseBytes(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("-5MiB")]
    [InlineData("1.5GiB")]
    [InlineData("5MB")]
    [InlineData("9999999999999TiB")]
    public void Anything_else_is_no_size(string text) =>
        Assert.Throws<FormatException>(() => Quantity.ParseBytes(text));

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("2s", 2000)]
    [InlineData("3m", 180_000)]
    [InlineData("1h", 3_600_000)]
    public void A_duration_is_a_whole_number_and_a_unit(string text, double milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), Quantity.ParseDuration(text));

    [Fact]
    public void Amounts_are_shown_in_the_largest_unit_that_is_exact()
    {
        Assert.Equal("0B", Quantity.Show(Bytes.Zero));
        Assert.Equal("1536B", Quantity.Show(new Bytes(1536)));
        Assert.Equal("2GiB", Quantity.Show(new Bytes(2L << 30)));
        Assert.Equal("90s", Quantity.Show(TimeSpan.FromSeconds(90)));
        Assert.Equal("2m", Quantity.Show(TimeSpan.FromMinutes(2)));
    }
}
