using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Copies;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Images;

namespace Swarm.Cluster.Tests.Copies;

public sealed class CopiesEntityTests : CopyKit
{
    private const string Web = "docker.io/library/web:1";

    private readonly TestProbe _catalog;
    private readonly TestProbe _names;
    private readonly TestProbe _shard;
    private readonly Dictionary<string, TestProbe> _nodes = [];
    private readonly IActorRef _entity;
    private Digest? _meant;

    public CopiesEntityTests()
    {
        (_catalog, _names, _shard) = (CreateTestProbe(), CreateTestProbe(), CreateTestProbe());
        foreach (var node in (string[])["a", "b", "c"])
            _nodes.Add($"akka.tcp://swarm@{node}:4000", CreateTestProbe(node));
        var others = new CopyNeighbours(_catalog, _names, address => _nodes[address].Ref);
        _entity = _shard.ChildActorOf(CopiesEntity.Props(Image.Value, others, NullLoggerFactory.Instance));
    }

    [Fact]
    public void A_new_image_of_one_node_is_copied_to_another_and_then_it_rests()
    {
        Ask(mayAct: true);
        Answer(Standing("a", CopyState.Owned), Standing("b"), Standing("c"));

        var order = At("b").ExpectMsg<KeepImage>();
        Assert.Equal([Web], order.Names.AsEnumerable());
        At("b").Reply(new ImageKept(Image, new NodeId("b"), ""));
        Answer(Standing("a", CopyState.Owned), Standing("b", CopyState.Kept), Standing("c"));

        ExpectRest();
    }

    [Fact]
    public void When_the_chosen_node_cannot_have_it_another_is_chosen()
    {
        Ask(mayAct: true);
        Answer(Standing("a", CopyState.Owned), Standing("b"), Standing("c"));
        At("b").ExpectMsg<KeepImage>();
        At("b").Reply(new ImageKept(Image, new NodeId("b"), "disk full"));

        Answer(Standing("a", CopyState.Owned), Standing("b", CopyState.Refused), Standing("c"));

        At("c").ExpectMsg<KeepImage>();
    }

    [Fact]
    public void A_node_that_dies_while_it_fetches_is_replaced_at_the_next_look()
    {
        Ask(mayAct: true);
        Answer(Standing("a", CopyState.Owned), Standing("b"), Standing("c"));
        At("b").ExpectMsg<KeepImage>();

        AwaitEntity();
        Advance(TimeSpan.FromSeconds(5));
        Answer(Standing("a", CopyState.Owned), Standing("c"));

        At("c").ExpectMsg<KeepImage>();
    }

    [Fact]
    public void Nothing_is_copied_while_a_node_may_only_be_started_again()
    {
        Ask(mayAct: false);
        Answer(Standing("a", CopyState.Owned), Standing("b"));

        ExpectRest();
        At("b").ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void What_a_node_is_to_have_ahead_is_brought_there_and_then_one_copy_too_many_is_released()
    {
        _entity.Tell(new FetchAhead(Image, new NodeId("c")), TestActor);
        Answer(Standing("a", CopyState.Owned), Standing("b", CopyState.Kept), Standing("c"));
        Assert.Equal([Web], At("c").ExpectMsg<KeepImage>().Names.AsEnumerable());
        At("c").Reply(new ImageKept(Image, new NodeId("c"), ""));

        Answer(Standing("a", CopyState.Owned), Standing("b", CopyState.Kept), Standing("c", CopyState.Kept));

        At("b").ExpectMsg<ReleaseImage>();
        ExpectRest();
        At("c").ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void What_could_not_be_fetched_ahead_is_left_until_it_is_asked_for_again()
    {
        _entity.Tell(new FetchAhead(Image, new NodeId("c")), TestActor);
        Answer(Standing("a", CopyState.Owned), Standing("b", CopyState.Kept), Standing("c"));
        At("c").ExpectMsg<KeepImage>();
        At("c").Reply(new ImageKept(Image, new NodeId("c"), "disk full"));

        Answer(Standing("a", CopyState.Owned), Standing("b", CopyState.Kept), Standing("c"));

        ExpectRest();
        At("c").ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_copy_of_what_no_name_means_any_more_is_dropped()
    {
        Ask(mayAct: true);
        Answer(meaning: null, Standing("b", CopyState.Kept), Standing("c"));

        At("b").ExpectMsg<DropImage>();
        At("c").ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void Told_again_while_it_looks_it_looks_once_more()
    {
        Ask(mayAct: true);
        Ask(mayAct: true);
        Answer(meaning: null, Standing("b", CopyState.Kept));
        Answer(Standing("b", CopyState.Kept), Standing("a", CopyState.Owned));

        ExpectRest();
        At("b").ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_list_that_a_name_was_given_by_since_is_brought_to_those_who_have_the_image()
    {
        var list = Digest.Of([1]);
        _meant = list;
        var name = $"docker.io/library/web@{list}";

        Ask(mayAct: false);
        Answer(
            Standing("a", CopyState.Owned) with { Lists = [name] }, Standing("b", CopyState.Kept), Standing("c"));

        Assert.Equal([name], At("b").ExpectMsg<KeepImage>().Lists.AsEnumerable());
        ExpectRest();
        At("a").ExpectNoMsg(TimeSpan.Zero);
    }

    private TestProbe At(string node) => _nodes[$"akka.tcp://swarm@{node}:4000"];

    private void Ask(bool mayAct)
    {
        _entity.Tell(new LookAfterImage(Image, mayAct), TestActor);
        ExpectMsg<ImageLookedAfter>();
    }

    private void Answer(params ImageStanding[] standings) => Answer(Image, standings);

    private void Answer(Digest? meaning, params ImageStanding[] standings)
    {
        _catalog.ExpectMsg<GetNodes>();
        _catalog.Reply(new NodeList([.. standings.Select(one => Listed(one.Node.Value))]));
        foreach (var standing in standings)
        {
            At(standing.Node.Value).ExpectMsg<GetImageStanding>();
            At(standing.Node.Value).Reply(standing);
        }

        foreach (var _ in standings.SelectMany(one => one.Names).Distinct())
        {
            _names.ExpectMsg<GetImage>();
            _names.Reply(new ImageMeaning("docker.io/library/web", "1", meaning, []) { Manifest = _meant });
        }
    }

    /// <summary>Waits until it has done with what it was told, and set its timer.</summary>
    private void AwaitEntity()
    {
        var asking = CreateTestProbe();
        _entity.Tell(new Identify(this), asking);
        asking.ExpectMsg<ActorIdentity>();
    }

    /// <summary>Waits until it has decided that there is nothing to do.</summary>
    private void ExpectRest()
    {
        AwaitCondition(() =>
        {
            Advance(TimeSpan.FromSeconds(20));
            return _shard.HasMessages;
        });
        _shard.ExpectMsg<Passivate>();
    }
}
