using System.Globalization;
using Swarm.Simulation.Telling;
using Xunit;

namespace Swarm.Simulation;

/// <summary>The seeds that every change is tried with.</summary>
public sealed class SimulationTests
{
    private const int Seeds = 400;

    /// <summary>What has to come about in so many seeds, or they test less than they seem to.</summary>
    private static readonly string[] Needed =
    [
        "fault: all killed", "fault: clock stepped", "fault: container could not be made",
        "fault: container could not be started", "fault: container crashed", "fault: entity handed over",
        "fault: home of an entity cut off", "fault: home of an entity killed", "fault: home of an entity paused",
        "fault: host cut off", "fault: journal answer lost", "fault: journal down",
        "fault: journal out of reach of a host", "fault: journal slow", "fault: journal write failed",
        "fault: message delayed", "fault: message duplicated", "fault: message lost", "fault: message overtaken",
        "fault: node could not write its file", "fault: one-way cut", "fault: partition", "fault: power lost",
        "fault: swarmd killed", "fault: swarmd paused",
        "event: IncarnationBegun", "event: NodeLost", "event: PlacementsKept", "event: ReachabilitySeen",
        "event: RemovalAsked", "event: RequestKept", "event: RollbackBegun", "event: Scaled", "event: SlotsClosed",
        "event: SlotsOpened", "event: SpecAccepted", "event: TasksCreated", "event: TasksDesired",
        "event: TasksForgotten", "event: TasksReported", "event: UpdateMoved",
        "seen: client repeated its request", "seen: client was told that the journal did not take it",
        "seen: entity moved", "seen: host began anew after it was removed", "seen: host removed from the cluster",
        "seen: message came through after a cut", "seen: no place for a task",
        "seen: old report of a node ignored", "seen: order repeated",
        "seen: placer began without all reports", "seen: placer came up without memory",
        "seen: placer held a request until nodes reported", "seen: recovery from a snapshot",
        "seen: incarnation learnt that it was outrun", "seen: report repeated", "seen: running container adopted",
        "seen: stale answer ignored by a node",
        "seen: stale order refused by a node", "seen: stale write refused by the journal",
        "seen: two incarnations of one entity",
    ];

    [Fact]
    public void No_seed_breaks_a_rule_and_every_fault_comes_about()
    {
        var tally = new Tally();

        var broken = Runner.Play(from: 1, Seeds, tally).Where(outcome => outcome.Broken is not null)
            .Select(Runner.Told).ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
        Assert.All(Needed, what => Assert.True(tally[what] > 0, $"{what}: never in {Seeds} seeds"));
    }

    [Theory]
    [InlineData(1), InlineData(7)]
    public void A_seed_tells_the_same_story_again(int seed)
    {
        using var first = new StringWriter(CultureInfo.InvariantCulture);
        using var second = new StringWriter(CultureInfo.InvariantCulture);

        Run.Play(seed, first);
        Run.Play(seed, second);

        Assert.True(first.ToString().Length > 10_000);
        Assert.Equal(first.ToString(), second.ToString());
    }
}
