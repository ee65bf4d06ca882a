using Swarm.Core.Containers;

namespace Swarm.Core.Tests.Containers;

public sealed class SizeTextTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1048576", 1048576)]
    [InlineData("512b", 512)]
    [InlineData("512m", 512L << 20)]
    [InlineData("10G", 10L << 30)]
    [InlineData("10 GiB", 10L << 30)]
    [InlineData("1.5gb", 3L << 29)]
    [InlineData("2t", 2L << 40)]
    [InlineData("8191p", 8191L << 50)]
    public void A_size_is_a_number_with_a_unit_of_1024(string text, long bytes) =>
        Assert.Equal(new Bytes(bytes), SizeText.Parse(text));

    [Theory]
    [InlineData("")]
    [InlineData("G")]
    [InlineData("-1")]
    [InlineData("10X")]
    [InlineData("10GG")]
    [InlineData("1,5G")]
    [InlineData("1.G")]
    [InlineData(" 1G")]
    [InlineData("1G\n")]
    [InlineData("8192p")]
    [InlineData("9223372036854775808")]
    [InlineData("99999999999999999999999999999999999")]
    public void Anything_else_is_none(string text) => Assert.Null(SizeText.Parse(text));

    [Theory]
    [InlineData(0, "0")]
    [InlineData(1000, "1000")]
    [InlineData(1024, "1K")]
    [InlineData(3L << 29, "1536M")]
    [InlineData(10L << 30, "10G")]
    public void It_is_told_in_the_largest_unit_that_has_it_whole(long bytes, string text) =>
        Assert.Equal(text, SizeText.Of(new Bytes(bytes)));
}
