using Akka.Actor;
using Akka.Cluster.Sharding;
using Swarm.Cluster.Catalog;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Placement;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Cluster.Tests.Services;

public sealed class ServiceEntityTests : ServiceEntityKit
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void An_order_is_sent_again_each_second_until_the_node_has_kept_it()
    {
        var entity = StartEntity();
        var order = Deployed(entity);

        Advance(Second);
        Assert.Equal(order.Sequence, NextOrder().Sequence);
        Advance(Second);
        Assert.Equal(order.Sequence, NextOrder().Sequence);

        entity.Tell(new TasksApplied(Web, Node, order.Sequence));
        entity.Tell(new GetService(Web), TestActor);
        ExpectMsg<ServiceDetails>();
        Advance(Second);
        Advance(Second);

        Assert.DoesNotContain(HeardBy(Catalog), message => message is CatalogCommand.TellNode);
    }

    [Fact]
    public void A_service_at_rest_tells_each_minute_where_its_image_may_be_needed()
    {
        Deployed(StartEntity());

        for (var minute = 1; minute <= 2; minute++)
        {
            for (var step = 0; step < 60; step++) Advance(Second);
            var told = Assert.Single(HeardBy(Placers).OfType<PrepareStandbys>());
            Assert.Equal((Digest.Of([1]), 1), (told.Next.Image, told.Next.RunningPerNode[Node.Value]));
        }
    }

    [Fact]
    public void A_service_of_2000_tasks_is_told_in_pages_that_each_fit_into_a_message()
    {
        var entity = StartEntity();
        entity.Tell(new DeployService(
            new RequestId("r1"), Deploy("r1").Spec with { Mode = new ServiceMode.Replicated(2000) }), TestActor);
        ExpectMsg<ServiceAccepted>();

        var (tasks, pages) = (new HashSet<TaskId>(), 0);
        for (long? after = 0; after is not null; pages++)
        {
            entity.Tell(new GetService(Web) { After = after.Value }, TestActor);
            var page = ExpectMsg<ServiceDetails>();
            Assert.InRange(SwarmSerializer.Measure(page), 1, WireLimits.NodeBytes);
            tasks.UnionWith(page.Tasks.Select(task => task.Id));
            after = page.Next;
        }

        Assert.Equal(2000, tasks.Count);
        Assert.InRange(pages, 2, 20);
    }

    [Fact]
    public void Three_thousand_tasks_are_placed_and_ordered_in_messages_that_fit()
    {
        var entity = StartEntity();
        entity.Tell(new DeployService(
            new RequestId("r1"), Deploy("r1").Spec with { Mode = new ServiceMode.Replicated(3000) }), TestActor);
        ExpectMsg<ServiceAccepted>();
        for (var placed = 0; placed < 3000;)
        {
            var asked = Placers.ExpectMsg<PlaceTasks>();
            var answer = new PlacementsMade(
                Web, asked.Request, [.. asked.Tasks.Select(task => new TaskPlacement(task, Node))], [], "");
            Assert.InRange(SwarmSerializer.Measure(asked), 1, WireLimits.NodeBytes);
            Assert.InRange(SwarmSerializer.Measure(answer), 1, WireLimits.NodeBytes);
            entity.Tell(answer);
            placed += asked.Tasks.Length;
        }

        entity.Tell(new GetService(Web), TestActor);
        ExpectMsg<ServiceDetails>();
        var told = HeardBy(Catalog).OfType<CatalogCommand.TellNode>()
            .Select(tell => (ApplyServiceTasks)tell.Message).ToList();
        var last = told.Where(part => part.Sequence == told[^1].Sequence).ToList();
        Assert.All(told, part => Assert.InRange(SwarmSerializer.Measure(part), 1, WireLimits.NodeBytes));
        Assert.Equal(3000, last.Sum(part => part.Tasks.Length));
    }

    [Fact]
    public void An_order_carries_the_number_of_the_last_event_that_is_persisted()
    {
        var entity = StartEntity();
        var first = Deployed(entity);

        entity.Tell(new ScaleService(new RequestId("r2"), Web, 0), TestActor);
        ExpectMsg<ServiceAccepted>();

        Assert.True(NextOrder().Sequence > first.Sequence);
    }

    [Fact]
    public void A_request_for_places_is_sent_again_each_second_until_it_is_answered()
    {
        var entity = StartEntity();
        entity.Tell(Deploy("r1"), TestActor);
        ExpectMsg<ServiceAccepted>();
        var asked = Placers.ExpectMsg<PlaceTasks>();

        Advance(Second);

        Assert.Equal(asked.Request, Placers.ExpectMsg<PlaceTasks>().Request);
    }

    [Fact]
    public void A_service_short_of_room_asks_again_at_once_when_there_is_more()
    {
        var entity = StartEntity();
        entity.Tell(Deploy("r1"), TestActor);
        ExpectMsg<ServiceAccepted>();
        var asked = Placers.ExpectMsg<PlaceTasks>();
        entity.Tell(new PlacementsMade(Web, asked.Request, [], asked.Tasks, "0 of 1 nodes: 1 short of memory")
        {
            LacksRoom = true
        });

        entity.Tell(new CapacityFreed(Web));

        Assert.True(Placers.ExpectMsg<PlaceTasks>().Request > asked.Request);
    }

    [Fact]
    public void A_repeated_request_is_answered_the_same_and_changes_nothing()
    {
        var entity = StartEntity();
        entity.Tell(Deploy("r1"), TestActor);
        var first = ExpectMsg<ServiceAccepted>();

        entity.Tell(Deploy("r1"), TestActor);

        Assert.Equal(first, ExpectMsg<ServiceAccepted>());
    }

    [Fact]
    public async Task What_the_journal_does_not_acknowledge_is_late_and_nothing_of_it_leaves_the_entity()
    {
        var entity = StartEntity();
        entity.Tell(new GetService(Web), TestActor);
        ExpectMsg<RequestRefused>();
        await Journal.OnWrite.Fail();

        entity.Tell(Deploy("r1"), TestActor);

        var refused = ExpectMsg<RequestRefused>();
        Assert.True(refused.Late);
        Assert.StartsWith("the journal did not say that it took it", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("may still be carried out", refused.Reason, StringComparison.Ordinal);
        Assert.Empty(HeardBy(Placers));
        Assert.Empty(HeardBy(Catalog));

        await Journal.OnWrite.Pass();
        var again = StartEntity();
        again.Tell(new GetService(Web), TestActor);
        Assert.True(ExpectMsg<RequestRefused>().NotFound);
    }

    [Fact]
    public async Task An_entity_that_a_node_has_outrun_asks_the_journal_and_ends_where_that_refuses()
    {
        var entity = StartEntity();
        var order = Deployed(entity);
        Watch(entity);
        await Journal.OnWrite.Fail();

        entity.Tell(new TasksApplied(Web, Node, order.Sequence + 1));

        ExpectTerminated(entity);
    }

    [Fact]
    public void An_entity_that_comes_back_repeats_its_orders_without_being_asked()
    {
        var entity = StartEntity();
        var order = Deployed(entity);
        Watch(entity);
        entity.Tell(PoisonPill.Instance);
        ExpectTerminated(entity);

        StartEntity();

        Assert.Equal(order.Tasks.AsEnumerable(), NextOrder().Tasks);
    }

    [Fact]
    public void A_removed_service_is_hidden_and_its_entity_ends_once_no_node_has_anything_of_it()
    {
        var entity = StartEntity();
        entity.Tell(Deploy("r1"), TestActor);
        ExpectMsg<ServiceAccepted>();
        Catalog.ExpectMsg<CatalogCommand.ShowService>();

        entity.Tell(new RemoveService(new RequestId("r2"), Web), TestActor);
        ExpectMsg<ServiceAccepted>();
        Advance(3 * Second);

        Catalog.FishForMessage(message => message is CatalogCommand.ShowService { Line.Listing: null });
        Shard.ExpectMsg<Passivate>();
    }

    [Fact]
    public async Task A_removed_service_that_its_entity_could_not_hide_any_more_is_hidden_by_the_next_one()
    {
        var entity = StartEntity();
        entity.Tell(Deploy("r1"), TestActor);
        ExpectMsg<ServiceAccepted>();
        entity.Tell(new RemoveService(new RequestId("r2"), Web), TestActor);
        ExpectMsg<ServiceAccepted>();
        Watch(entity);
        Sys.Stop(entity);
        await ExpectTerminatedAsync(entity);
        Catalog.ReceiveWhile(message => message, TimeSpan.FromMilliseconds(100));

        StartEntity();

        Assert.Null(Catalog.ExpectMsg<CatalogCommand.ShowService>().Line.Listing);
    }

    [Fact]
    public void A_name_that_nobody_deployed_is_not_found_and_its_entity_ends()
    {
        var entity = StartEntity();
        entity.Tell(new GetService(Web), TestActor);

        Assert.True(ExpectMsg<RequestRefused>().NotFound);
        Advance(3 * Second);
        Shard.ExpectMsg<Passivate>();
    }
}
