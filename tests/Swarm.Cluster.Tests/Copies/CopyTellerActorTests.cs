using Akka.Actor;
using Akka.Cluster;
using Akka.TestKit;
using Swarm.Cluster.Copies;
using Swarm.Cluster.Tests.Placement;
using Swarm.Core.Images;

namespace Swarm.Cluster.Tests.Copies;

public sealed class CopyTellerActorTests : CopyKit
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly TestProbe _entities;
    private readonly IActorRef _teller;

    public CopyTellerActorTests()
    {
        _entities = CreateTestProbe();
        _teller = Sys.ActorOf(CopyTellerActor.Props(_entities, new CopyOptions()));
        _teller.Tell(new CopyTellerActor.Holdings([Image]));
        Settle();
    }

    [Fact]
    public void After_its_start_it_waits_as_long_as_for_a_lost_node_whoever_comes()
    {
        _teller.Tell(new ClusterEvent.MemberUp(PlacerEntityKit.MemberAt("b")));
        Settle();
        Advance(4 * Minute);
        Settle();
        _entities.ExpectNoMsg(TimeSpan.Zero);

        Advance(Minute);
        ExpectLook();
    }

    [Fact]
    public void When_a_node_is_away_for_long_all_images_are_looked_after()
    {
        Come();
        Lose("b");
        Advance(4 * Minute);
        Settle();
        _entities.ExpectNoMsg(TimeSpan.Zero);

        Advance(Minute);
        ExpectLook();
    }

    [Fact]
    public void A_node_that_is_started_again_costs_no_copy()
    {
        Come();
        Lose("b");
        Advance(4 * Minute);
        Settle();
        _entities.ExpectNoMsg(TimeSpan.Zero);

        _teller.Tell(new ClusterEvent.MemberUp(PlacerEntityKit.MemberAt("b")));
        Settle();
        Advance(TimeSpan.FromSeconds(29));
        Settle();
        _entities.ExpectNoMsg(TimeSpan.Zero);
        Advance(TimeSpan.FromSeconds(1));
        ExpectLook(); // with all nodes there
    }

    [Fact]
    public void A_change_while_a_node_is_away_may_not_act_unless_the_image_is_new()
    {
        Come();
        Lose("b");

        _teller.Tell(new CopyTellerActor.Concern(Image, IsNew: false));
        Assert.False(_entities.ExpectMsg<LookAfterImage>().MayAct);
        _entities.Reply(new ImageLookedAfter(Image));
        _teller.Tell(new CopyTellerActor.Concern(Image, IsNew: true));
        ExpectLook();
    }

    [Fact]
    public void With_nothing_to_tell_it_wakes_once_in_ten_minutes()
    {
        Come();
        for (var minute = 0; minute < 9; minute++) Advance(Minute);
        Settle();
        _entities.ExpectNoMsg(TimeSpan.Zero);

        Advance(Minute);
        ExpectLook();
    }

    [Fact]
    public void Those_that_never_hear_keep_nobody_waiting_and_are_told_so_often_and_no_more()
    {
        var images = Enumerable.Range(0, 5).Select(number => Digest.Of([(byte)number])).ToHashSet();
        var entities = CreateTestProbe();
        var teller = Sys.ActorOf(CopyTellerActor.Props(
            entities, new CopyOptions { ToldAtOnce = 2, ToldTimesMax = 3 }));
        teller.Tell(new CopyTellerActor.Holdings([.. images]));
        Heard();
        Advance(5 * Minute);
        var told = Heard().ToList();
        Assert.Equal(2, told.Count);

        for (var time = 0; time < 2; time++) told.AddRange(HeardNext());
        Assert.True(images.SetEquals(told));
        for (var time = 0; time < 7; time++) told.AddRange(HeardNext());

        Assert.All(told.CountBy(image => image), image => Assert.Equal(3, image.Value));

        IEnumerable<Digest> HeardNext()
        {
            Advance(TimeSpan.FromSeconds(5));
            return Heard();
        }

        // What was said until the teller has done with what it was told.
        List<Digest> Heard()
        {
            teller.Tell(new Identify(null), entities);
            var heard = new List<Digest>();
            entities.FishForMessage(message =>
            {
                if (message is LookAfterImage look) heard.Add(look.Image);
                return message is ActorIdentity;
            });
            return heard;
        }
    }

    [Fact]
    public void Many_changes_at_once_are_told_once_each()
    {
        var images = Enumerable.Range(0, 5).Select(number => Digest.Of([(byte)number])).ToList();

        foreach (var image in images) _teller.Tell(new CopyTellerActor.Concern(image, IsNew: true));

        foreach (var image in images) Assert.Equal(image, _entities.ExpectMsg<LookAfterImage>().Image);
        Settle();
        _entities.ExpectNoMsg(TimeSpan.Zero);
    }

    private void Come()
    {
        Advance(5 * Minute);
        ExpectLook();
        Settle();
    }

    private void Lose(string node)
    {
        _teller.Tell(new ClusterEvent.UnreachableMember(PlacerEntityKit.MemberAt(node)));
        Settle();
    }

    private void ExpectLook()
    {
        Assert.True(_entities.ExpectMsg<LookAfterImage>().MayAct);
        _entities.Reply(new ImageLookedAfter(Image));
    }

    /// <summary>All that was told before has been dealt with.</summary>
    private void Settle()
    {
        _teller.Tell(new Identify(null), TestActor);
        ExpectMsg<ActorIdentity>();
    }
}
