using CsCheck;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>What holds of the runs of a periodic job, whatever happens meanwhile.</summary>
public sealed class PeriodicJobProperties
{
    private static readonly Gen<(OverlapPolicy Overlap, bool Global, (int Kind, int Size)[] Steps)> Stories =
        Gen.Select(
            Gen.Enum<OverlapPolicy>(), Gen.Bool, Gen.Select(Gen.Int[0, 9], Gen.Int[0, 40]).Array[1, 30]);

    [Fact]
    public void Each_time_of_the_schedule_is_decided_once_and_late_only_where_nobody_could() => Stories.Sample(story =>
    {
        var (fleet, down) = Play(story, (_, _) => true, out _);
        var decided = fleet.Journal.Select(DueAt).OfType<DateTimeOffset>().ToList();
        var all = Times(fleet).ToList();

        // Each that was missed was so in a time without anybody, and was not the last of that time.
        return decided.SequenceEqual(decided.Distinct().Order()) && decided.TrueForAll(all.Contains)
            && all.Except(decided).All(missed => down.Exists(
                time => time.From < missed && all.Exists(later => later > missed && later <= time.To)));
    });

    [Fact]
    public void Runs_are_numbered_one_after_the_other_and_overlap_only_where_they_may() => Stories.Sample(story =>
    {
        var (fleet, _) = Play(
            story,
            (_, after) => story.Overlap == OverlapPolicy.Allow || after.Runs.UnderWay.Count() <= 1, out var good);
        var numbers = fleet.Journal.OfType<ServiceEvent.RunBegun>().Select(begun => begun.Run).ToList();
        return good && numbers.SequenceEqual(Enumerable.Range(1, numbers.Count).Select(number => (long)number));
    });

    [Fact]
    public void Slots_are_of_runs_under_way_and_tasks_of_runs_that_are_kept() => Stories.Sample(story =>
    {
        Play(
            story,
            (_, after) => after.Slots.Values.All(slot => after.Runs.UnderWay.Any(run => run.Number == slot.Run))
                && after.Tasks.Values.All(task => task.Desired == TaskState.Remove
                    || after.Runs.Runs.Any(run => run.Number == task.Run))
                && after.Runs.Runs.Count(run => run.EndedAt is not null) <= after.Spec.Job.RunsKept,
            out var good);
        return good;
    });

    [Fact]
    public void A_decision_leaves_nothing_to_be_done_at_once_and_the_journal_gives_the_same_state() =>
        Stories.Sample(story =>
        {
            var (fleet, _) = Play(story, (_, after) => true, out _);
            var read = fleet.Journal.Select(happened => Written.Read<ServiceEvent>(Written.Bytes(happened)));
            var replayed = read.Aggregate(ServiceState.Empty(Specs.Web), ServiceRules.Apply);

            Assert.Equal(Written.Bytes(fleet.State), Written.Bytes(replayed));
            Assert.True(!(ServiceRules.Needs(fleet.State, fleet.Now).WakeAt <= fleet.Now));
            Assert.Empty(ServiceRules.Decide(fleet.State, new ServiceInput.Woke(), fleet.Now).Events);
        });

    [Fact]
    public void Once_nothing_fails_any_more_each_run_ends_well() => Stories.Sample(story =>
    {
        var (fleet, _) = Play(story, (_, _) => true, out _);
        foreach (var node in fleet.Nodes)
        {
            fleet.Reach(node, true);
            fleet.Set(node, NodeAvailability.Active);
            node.Crash();
        }

        fleet.PlacerIsFull = false;
        fleet.FateOf = (_, _) => Fate.Completes;
        fleet.Run(TimeSpan.FromMinutes(10));
        var last = fleet.State.Runs.Runs.Where(run => run.EndedAt is not null).TakeLast(2).ToList();
        return last.Count == 2 && last.TrueForAll(run => run.ExitCode == 0);
    });

    private static (Fleet Fleet, List<(DateTimeOffset From, DateTimeOffset To)> Down) Play(
        (OverlapPolicy Overlap, bool Global, (int Kind, int Size)[] Steps) story,
        Func<ServiceState, ServiceState, bool> holds, out bool good)
    {
        var fleet = new Fleet(nodes: 3);
        var down = new List<(DateTimeOffset From, DateTimeOffset To)>();
        var all = true;
        fleet.Watch = (before, after) => all &= holds(before, after);
        fleet.Deploy(Spec(story.Overlap, story.Global, 0));
        foreach (var (kind, size) in story.Steps)
        {
            var node = fleet.Nodes[size % 3];
            switch (kind)
            {
                case 0: fleet.Deploy(Spec(story.Overlap, story.Global, size)); break;
                case 1:
                    down.Add((fleet.Now, fleet.Now + TimeSpan.FromSeconds(size * size)));
                    fleet.BeDown(TimeSpan.FromSeconds(size * size));
                    break;
                case 2: fleet.RunNow(); break;
                case 3: fleet.FateOf = (_, order) => (Fate)((order.Slot + size) % 4); break;
                case 4: fleet.Reach(node, !node.Reachable); break;
                case 5: node.Crash(); break;
                case 6: fleet.Set(node, (NodeAvailability)(size % 3)); break;
                case 7: for (var i = 0; i <= size % 7; i++) fleet.Round(); break;
                default: fleet.Run(TimeSpan.FromSeconds(size * 10)); break;
            }
        }

        good = all;
        return (fleet, down);
    }

    private static DateTimeOffset? DueAt(ServiceEvent happened) => happened switch
    {
        ServiceEvent.RunBegun { Request: null } begun => begun.DueAt,
        ServiceEvent.RunLeftOut left => left.DueAt,
        _ => null,
    };

    private static IEnumerable<DateTimeOffset> Times(Fleet fleet)
    {
        for (var at = Specs.Noon.AddMinutes(1); at <= fleet.Now; at += TimeSpan.FromMinutes(1)) yield return at;
    }

    private static ServiceSpec Spec(OverlapPolicy overlap, bool global, int size)
    {
        var spec = Specs.Periodic(1 + (size % 3), overlap: overlap, policy: job => job with { RunsKept = 3 });
        return spec with
        {
            Mode = global ? new ServiceMode.GlobalJob() : spec.Mode,
            Container = spec.Container with { Image = $"job:{size % 2}" },
        };
    }
}
