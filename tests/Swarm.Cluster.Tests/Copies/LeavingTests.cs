using Akka.Actor;
using Akka.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Copies;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Images;
using Swarm.Images.Collecting;
using Swarm.Images.Copies;

namespace Swarm.Cluster.Tests.Copies;

/// <summary>A node lets go of an image for room, or does not, by what the others say.</summary>
public sealed class LeavingTests : CopyKit
{
    private const string Web = "docker.io/library/web:1";

    private static readonly IdleImage Idle = new(Image, IsFree: false, DateTimeOffset.UnixEpoch, Bytes.Zero);

    private readonly FakeCopies _copies = new();
    private readonly TestProbe _catalog;
    private readonly TestProbe _names;
    private readonly Dictionary<string, TestProbe> _nodes = [];
    private readonly IActorRef _keeper;

    public LeavingTests()
    {
        (_catalog, _names) = (CreateTestProbe(), CreateTestProbe());
        foreach (var node in (string[])["b", "c"])
            _nodes.Add($"akka.tcp://swarm@{node}:4000", CreateTestProbe(node));
        _copies.Set(Image, CopyMark.None, isHere: true, Web);
        _keeper = Sys.ActorOf(CopyKeeperActor.Props(
            new NodeId("a"), _copies, CreateTestProbe(),
            new CopyNeighbours(_catalog, _names, address => _nodes[address].Ref), new CopyOptions(),
            TimeProvider.System, NullLoggerFactory.Instance));
        AwaitCondition(() => StateNow() == CopyState.Owned);
    }

    [Fact]
    public void It_goes_where_others_have_enough_and_may_be_brought_again()
    {
        _keeper.Tell(new LetImageGo(Idle), TestActor);
        Answer(CopyState.Owned, CopyState.Kept);

        Assert.True(ExpectMsg<ImageLetGo>().IsGone);
        AwaitCondition(() => StateNow() == CopyState.Absent); // and not refused, as what a user has removed
    }

    [Fact]
    public void It_stays_where_others_have_too_few()
    {
        _keeper.Tell(new LetImageGo(Idle), TestActor);
        Answer(CopyState.Owned, CopyState.Absent);

        Assert.False(ExpectMsg<ImageLetGo>().IsGone);
        Assert.Equal(CopyState.Owned, StateNow());
        Assert.True(_copies.Find(Image)!.IsHere);
    }

    [Fact]
    public void Until_it_is_decided_it_tells_others_that_its_own_may_go_and_takes_no_orders_about_it()
    {
        _keeper.Tell(new LetImageGo(Idle), TestActor);
        _catalog.ExpectMsg<GetNodes>();

        Assert.Equal(CopyState.Spare, StateNow());
        _keeper.Tell(new KeepImage(Image, [Web]), TestActor);
        _keeper.Tell(new ReleaseImage(Image, [Web]), TestActor);
        _keeper.Tell(new DropImage(Image), TestActor);
        Assert.Equal(CopyState.Spare, StateNow());
        Assert.Equal(CopyMark.None, _copies.Find(Image)!.Mark);

        _catalog.Reply(new NodeList([]));
        Assert.False(ExpectMsg<ImageLetGo>().IsGone);
        Assert.Equal(CopyState.Owned, StateNow());
    }

    [Fact]
    public void What_is_used_by_the_time_that_the_others_have_answered_stays()
    {
        _copies.IsUsed = true;
        _keeper.Tell(new LetImageGo(Idle), TestActor);
        Answer(CopyState.Owned, CopyState.Owned);

        Assert.False(ExpectMsg<ImageLetGo>().IsGone);
        Assert.Equal(CopyState.Owned, StateNow());
    }

    [Fact]
    public void Where_it_cannot_be_found_out_who_has_it_it_stays()
    {
        _keeper.Tell(new LetImageGo(Idle), TestActor);
        _catalog.ExpectMsg<GetNodes>();
        _catalog.Reply(new Akka.Actor.Status.Failure(new IOException("no list")));

        Assert.False(ExpectMsg<ImageLetGo>().IsGone);
        Assert.Equal(CopyState.Owned, StateNow());
    }

    [Fact]
    public void What_the_cluster_keeps_here_is_not_let_go_of()
    {
        _copies.Set(Image, CopyMark.Kept, isHere: true);
        AwaitCondition(() => StateNow() == CopyState.Kept);

        _keeper.Tell(new LetImageGo(Idle), TestActor);

        Assert.False(ExpectMsg<ImageLetGo>().IsGone);
        Assert.False(_catalog.HasMessages);
    }

    private void Answer(CopyState b, CopyState c)
    {
        _catalog.ExpectMsg<GetNodes>();
        _catalog.Reply(new NodeList([Listed("b"), Listed("c")]));
        foreach (var (node, state) in (ReadOnlySpan<(string, CopyState)>)[("b", b), ("c", c)])
        {
            var probe = _nodes[$"akka.tcp://swarm@{node}:4000"];
            probe.ExpectMsg<GetImageStanding>();
            probe.Reply(Standing(node, state));
        }

        if (b is not (CopyState.Owned or CopyState.Kept)) return;
        _names.ExpectMsg<GetImage>();
        _names.Reply(new ImageMeaning("docker.io/library/web", "1", Image, []));
    }

    private CopyState StateNow()
    {
        Advance(TimeSpan.FromMilliseconds(500));
        var asker = CreateTestProbe();
        _keeper.Tell(new GetImageStanding(Image), asker);
        return asker.ReceiveOne(TimeSpan.FromMilliseconds(500)) is ImageStanding standing
            ? standing.State
            : CopyState.Absent;
    }
}
