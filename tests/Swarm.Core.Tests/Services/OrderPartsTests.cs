using System.Collections.Immutable;
using CsCheck;
using Swarm.Core.Containers;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class OrderPartsTests
{
    [Fact]
    public void An_order_that_fits_is_one_part() =>
        Assert.Equal(Order(7, 1000, 2), Assert.Single(OrderParts.Split(Order(7, 1000, 2))), Equal.ByContent);

    [Fact]
    public void Parts_in_any_order_repeated_and_mixed_with_older_ones_make_the_whole_once_all_are_there() =>
        Gen.Select(Gen.Int[0, 5000], Gen.Int[0, 7], Gen.Int[0, int.MaxValue]).Sample((tasks, templates, seed) =>
        {
            var (random, order) = (new Random(seed), Order(7, tasks, templates));
            var (stale, parts) = (OrderParts.Split(Order(6, 4000, 1)), OrderParts.Split(order));
            var coming = parts.Concat(parts).Concat(stale).OrderBy(_ => random.Next()).ToList();
            var (held, seen) = (ImmutableArray<ApplyServiceTasks>.Empty, new HashSet<int>());
            foreach (var part in coming)
            {
                (held, var whole) = OrderParts.Add(held, part);
                if (part.Sequence == 7) seen.Add(part.Part);
                if (whole is null) continue;
                if (whole.Sequence == 6) continue; // whole too, where all of it came first
                return seen.Count == parts.Length && Equal.ByContent.Equals(order, whole);
            }

            return false;
        });

    [Theory]
    [InlineData(0, 0)]
    [InlineData(2, 2)]
    [InlineData(2, -1)]
    [InlineData(1001, 0)]
    public void What_is_no_part_of_anything_changes_nothing(int parts, int part)
    {
        var (held, whole) = OrderParts.Add([], Order(1, 1, 1) with { Parts = parts, Part = part });

        Assert.Empty(held);
        Assert.Null(whole);
    }

    private static ApplyServiceTasks Order(long sequence, int tasks, int templates) => new(
        new ServiceName("web"), new ServiceId("s1"), new NodeId("n1"), sequence,
        [
            .. Enumerable.Range(1, templates).Select(version => new TaskTemplate(
                version, new ContainerSpec { Image = "web" }, Resources.None, new RestartPolicy(), false)),
        ],
        [.. Enumerable.Range(1, tasks).Select(task => new TaskOrder(
            new TaskId($"s1.{task}"), task, 1, TaskState.Running))]);

    private sealed class Equal : IEqualityComparer<ApplyServiceTasks>
    {
        public static Equal ByContent { get; } = new();

        public bool Equals(ApplyServiceTasks? left, ApplyServiceTasks? right) =>
            left is not null && right is not null && left.Tasks.SequenceEqual(right.Tasks)
            && left.Templates.Select(template => template.SpecVersion)
                .SequenceEqual(right.Templates.Select(template => template.SpecVersion))
            && left with { Tasks = [], Templates = [] } == right with { Tasks = [], Templates = [] };

        public int GetHashCode(ApplyServiceTasks order) => order.Sequence.GetHashCode();
    }
}
