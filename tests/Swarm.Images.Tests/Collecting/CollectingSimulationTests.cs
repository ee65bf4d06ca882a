using System.Globalization;
using Xunit.Abstractions;

namespace Swarm.Images.Tests.Collecting;

/// <summary>What somebody counts on is never taken, in whatever order things happen: a seed chooses it. Told in
/// docs/testing.md.</summary>
[Collection(Alone)]
public sealed class CollectingSimulationTests(ITestOutputHelper output)
{
    /// <summary>Nothing else goes on meanwhile: what the pool does is of the run alone.</summary>
    internal const string Alone = "simulation of a store";

    [Fact]
    public void What_somebody_counts_on_stays_and_what_nothing_leads_to_goes()
    {
        if (StoreSeeds.Only is { } seed)
        {
            using var trace = new StringWriter(CultureInfo.InvariantCulture);
            var outcome = StoreRun.Play(seed, trace);
            output.WriteLine(trace.ToString());
            Assert.True(outcome.Broken is null, $"{trace}\n{StoreRun.Told(outcome)}");
            return;
        }

        var outcomes = Enumerable.Range(StoreSeeds.From, StoreSeeds.Count).Select(one => StoreRun.Play(one)).ToList();

        var broken = outcomes.Where(outcome => outcome.Broken is not null).Select(StoreRun.Told).ToList();
        output.WriteLine(
            $"{outcomes.Count} seeds, {outcomes.Sum(one => one.Steps)} steps, "
            + $"{outcomes.Sum(one => one.Deaths)} deaths");
        foreach (var deed in outcomes.SelectMany(one => one.Deeds).GroupBy(one => one.Key))
            output.WriteLine($"{deed.Sum(one => one.Value),8} {deed.Key}");
        Assert.True(broken.Count == 0, string.Join('\n', broken));
        Assert.True(outcomes.Count < 50 || outcomes.Exists(outcome => outcome.Deaths > 0), "no process ever died");
    }

    [Theory]
    [InlineData(3), InlineData(14)]
    public void A_seed_tells_the_same_story_again(int seed)
    {
        using var first = new StringWriter(CultureInfo.InvariantCulture);
        using var second = new StringWriter(CultureInfo.InvariantCulture);

        StoreRun.Play(seed, first);
        StoreRun.Play(seed, second);

        Assert.True(first.ToString().Length > 1000);
        Assert.Equal(first.ToString(), second.ToString());
    }
}
