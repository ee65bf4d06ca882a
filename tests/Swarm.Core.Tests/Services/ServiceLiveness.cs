using CsCheck;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>What comes about in the end, once the nodes are well.</summary>
public sealed class ServiceLiveness
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(5);

    [Fact]
    public void Whatever_happened_a_deployed_service_comes_to_run_in_all_its_slots() => Story.Any.Sample(story =>
    {
        var fleet = After(story);
        if (!fleet.State.Exists) fleet.Deploy(Specs.Replicated(2));

        fleet.Run(LongEnough);

        Assert.Equal(fleet.State.SlotCount(), fleet.Running.Count);
        Assert.Equal(fleet.State.Slots.Keys, fleet.Running.Select(task => task.Slot).Order());
        Assert.False(fleet.State.Update.IsRolling);
        Assert.Equal(fleet.State.Slots.Keys, fleet.RunningSlots.Order());
        Assert.All(fleet.State.Tasks.Values, task => Assert.True(task.IsLive() || task.HasEnded()));
    });

    [Fact]
    public void Whatever_happened_an_update_to_a_good_image_comes_to_its_end() => Story.Any.Sample(story =>
    {
        var fleet = After(story);

        fleet.Run(LongEnough);
        fleet.Deploy(Specs.Replicated(4, "web:good"));
        fleet.Run(LongEnough);

        Assert.Equal(4, fleet.Running.Count);
        Assert.All(fleet.Running, task => Assert.Equal(fleet.State.Version, task.SpecVersion));
        Assert.Contains(fleet.State.Update.Phase, new[] { UpdatePhase.Completed, UpdatePhase.None });
    });

    [Fact]
    public void Whatever_happened_a_removed_service_is_gone_in_the_end() => Story.Any.Sample(story =>
    {
        var fleet = After(story);
        if (fleet.State.Exists) fleet.Remove();
        else if (fleet.State.Id is null) return;

        fleet.Run(LongEnough);

        Assert.True(ServiceRules.IsGone(fleet.State));
        Assert.Null(ServiceRules.Describe(fleet.State));
        Assert.All(fleet.Nodes, node => Assert.Empty(node.RunningSlots));
    });

    private static Fleet After(Story story)
    {
        var fleet = new Fleet(nodes: 3);
        story.PlayOn(fleet);

        fleet.FateOf = (_, _) => Fate.Runs;
        fleet.PlacerIsFull = false;
        foreach (var node in fleet.Nodes.Where(node => !node.Reachable)) fleet.Reach(node, true);
        foreach (var node in fleet.Nodes)
        {
            node.EndBackOff();
            fleet.Set(node, NodeAvailability.Active);
        }

        if (fleet.State.Removing) fleet.Run(LongEnough);
        return fleet;
    }
}
