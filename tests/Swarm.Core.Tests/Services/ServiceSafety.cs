using CsCheck;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>What never happens to a service, whatever happens to it.</summary>
public sealed class ServiceSafety
{
    [Fact]
    public void Neither_what_is_seen_of_a_task_nor_what_is_desired_of_it_goes_backwards() =>
        Throughout((before, after, _) =>
        {
            if (before.Id != after.Id) return true;
            return before.Tasks.All(task => !after.Tasks.TryGetValue(task.Key, out var now)
                || (now.State >= task.Value.State && now.Desired >= task.Value.Desired));
        });

    [Fact]
    public void With_stop_first_no_slot_has_two_tasks_that_are_to_run() => Throughout((_, after, story) =>
        story.Order == UpdateOrder.StartFirst || after.Tasks.Values
            .Where(task => task.Desired == TaskState.Running && task.IsLive() && IsSure(task, after))
            .GroupBy(task => task.Slot)
            .All(slot => slot.Count() == 1));

    [Fact]
    public void With_stop_first_no_slot_runs_twice_on_nodes_in_reach() => Story.Any.Sample(story =>
    {
        var fleet = new Fleet(nodes: 3);
        var good = true;
        fleet.Watch = (_, _) => good &= story.Order == UpdateOrder.StartFirst || story.NodesAreLost
            || fleet.Nodes.SelectMany(node => node.RunningSlots).GroupBy(slot => slot).All(slot => slot.Count() == 1);
        story.PlayOn(fleet);
        return good;
    });

    [Fact]
    public void No_slot_ever_has_more_than_two_tasks_that_are_to_run() => Throughout((_, after, _) =>
        after.Tasks.Values.Where(task => task.IsLive() && IsSure(task, after))
            .GroupBy(task => task.Slot).All(slot => slot.Count() <= 2));

    [Fact]
    public void A_decision_leaves_nothing_to_be_done_at_once() => Story.Any.Sample(story =>
    {
        var fleet = new Fleet(nodes: 3);
        var good = true;
        fleet.Watch = (_, after) => good &= !(ServiceRules.Needs(after, fleet.Now).WakeAt <= fleet.Now)
            && ServiceRules.Decide(after, new ServiceInput.Woke(), fleet.Now).Events.IsEmpty;
        story.PlayOn(fleet);
        return good;
    });

    [Fact]
    public void An_input_told_twice_changes_nothing_the_second_time() => Story.Any.Sample(story =>
    {
        var fleet = new Fleet(nodes: 3);
        var good = true;
        fleet.Told = input => good &= ServiceRules.Decide(fleet.State, input, fleet.Now).Events.IsEmpty;
        story.PlayOn(fleet);
        return good;
    });

    [Fact]
    public void The_journal_gives_the_same_state_again_and_the_state_survives_being_written() =>
        Story.Any.Sample(story =>
        {
            var fleet = new Fleet(nodes: 3);
            story.PlayOn(fleet);

            var read = fleet.Journal.Select(happened => Written.Read<ServiceEvent>(Written.Bytes(happened)));
            var replayed = read.Aggregate(ServiceState.Empty(Specs.Web), ServiceRules.Apply);

            Assert.Equal(Written.Bytes(fleet.State), Written.Bytes(replayed));
            Assert.Equal(
                Written.Bytes(fleet.State), Written.Bytes(Written.Read<ServiceState>(Written.Bytes(fleet.State))));
        });

    [Fact]
    public void History_and_what_is_remembered_stay_small() => Throughout((_, after, _) =>
        after.Requests.Length <= 64 && after.Nodes.Count <= 3
        && after.Tasks.Values.Where(task => task.HasEnded() && task.Desired == TaskState.Shutdown)
            .GroupBy(task => task.Slot).All(slot => slot.Count() <= 5)
        && after.Tasks.Values.All(task => after.Specs.ContainsKey(task.SpecVersion)));

    /// <summary>A task of a lost node may come back, beside the one that has taken its place.</summary>
    private static bool IsSure(ServiceTask task, ServiceState state) => !task.Unseen && !state.IsLost(task.Node);

    private static void Throughout(Func<ServiceState, ServiceState, Story, bool> holds) => Story.Any.Sample(story =>
    {
        var fleet = new Fleet(nodes: 3);
        var good = true;
        fleet.Watch = (before, after) => good &= holds(before, after, story);
        story.PlayOn(fleet);
        return good;
    });
}
