using Swarm.Cluster.Nodes;

namespace Swarm.Cluster.Tests.Nodes;

public sealed class ProbeWordsTests
{
    [Theory]
    [InlineData(500, "", "Health check exceeded timeout (500ms)")]
    [InlineData(1500, "", "Health check exceeded timeout (1.5s)")]
    [InlineData(30_000, "so far", "Health check exceeded timeout (30s): so far")]
    [InlineData(90_000, "", "Health check exceeded timeout (1m30s)")]
    [InlineData(3_600_000, "", "Health check exceeded timeout (1h0m0s)")]
    public void A_probe_that_takes_too_long_is_told_in_the_words_of_Docker(
        int milliseconds, string output, string expected) =>
        Assert.Equal(expected, ProbeWords.TimedOut(TimeSpan.FromMilliseconds(milliseconds), output));
}
