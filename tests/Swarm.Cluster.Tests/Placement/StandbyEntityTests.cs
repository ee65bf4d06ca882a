using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Placement;

namespace Swarm.Cluster.Tests.Placement;

public sealed class StandbyEntityTests : PlacerEntityKit
{
    private static readonly (Digest Image, ulong Mark)[] Images =
    [
        (new Digest("sha256:" + new string('1', 64)), 0x1111_1111_1111_1111),
        (new Digest("sha256:" + new string('2', 64)), 0x2222_2222_2222_2222),
    ];

    [Fact]
    public void The_node_that_a_task_would_go_to_is_asked_once_to_have_the_image_ahead()
    {
        StartPlacer(Holder(), Node("b"));

        Placer.Tell(Told(0));
        Placer.Tell(Told(0));

        Assert.Equal(new FetchAhead(Images[0].Image, new NodeId("b")), Copies.ExpectMsg<FetchAhead>());
        Settle();
        Advance(TimeSpan.FromSeconds(2));
        Placer.Tell(Told(0));
        Settle();
        Copies.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void One_is_asked_for_every_two_seconds_however_many_are_needed()
    {
        StartPlacer(Holder(), Node("b"));
        Placer.Tell(Told(0));
        Placer.Tell(Told(1));
        Assert.Equal(Images[0].Image, Copies.ExpectMsg<FetchAhead>().Image);
        Settle();
        Advance(TimeSpan.FromSeconds(1.9));
        Settle();
        Copies.ExpectNoMsg(TimeSpan.Zero);

        Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal(Images[1].Image, Copies.ExpectMsg<FetchAhead>().Image);
    }

    [Fact]
    public void A_node_that_has_been_away_is_asked_again()
    {
        StartPlacer(Holder(), Node("b"));
        Placer.Tell(Told(0));
        Copies.ExpectMsg<FetchAhead>();
        Settle();
        Advance(TimeSpan.FromSeconds(2));
        Placer.Tell(new ClusterEvent.UnreachableMember(MemberAt("b")));
        Placer.Tell(Told(0));
        Settle();
        Copies.ExpectNoMsg(TimeSpan.Zero);

        Placer.Tell(new ClusterEvent.ReachableMember(MemberAt("b")));
        Placer.Tell(Node("b"));
        Placer.Tell(Told(0));

        Assert.Equal("b", Copies.ExpectMsg<FetchAhead>().Node.Value);
    }

    [Fact]
    public void What_is_told_before_the_nodes_have_reported_is_told_in_vain()
    {
        Join();
        StartPlacer();
        Placer.Tell(Told(0));
        Placer.Tell(Holder());
        Placer.Tell(Node("b"));

        Advance(TimeSpan.FromSeconds(3));
        Settle();

        Copies.ExpectNoMsg(TimeSpan.Zero);
    }

    private static NodeReport Holder() => Node("a") with { Images = [.. Images.Select(image => image.Mark)] };

    private static PrepareStandbys Told(int image) => new(Ask(0, service: $"of{image}") with
    {
        Image = Images[image].Image,
        RunningPerNode = ImmutableSortedDictionary<string, int>.Empty.Add("a", 1),
    });
}
