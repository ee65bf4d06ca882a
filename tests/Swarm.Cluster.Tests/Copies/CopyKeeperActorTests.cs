using Akka.Actor;
using Akka.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Copies;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Collecting;
using Swarm.Images.Copies;

namespace Swarm.Cluster.Tests.Copies;

public sealed class CopyKeeperActorTests : CopyKit
{
    private const string Web = "docker.io/library/web:1";

    private readonly FakeCopies _copies = new();
    private readonly TestProbe _entities;
    private IActorRef _keeper = ActorRefs.Nobody;

    private readonly CopyNeighbours _others;

    public CopyKeeperActorTests()
    {
        _entities = CreateTestProbe();
        _others = new CopyNeighbours(CreateTestProbe(), CreateTestProbe(), _ => CreateTestProbe().Ref);
    }

    [Fact]
    public void An_image_that_is_loaded_is_told_of_at_once_until_somebody_has_heard()
    {
        Start();

        _copies.Set(Image, CopyMark.None, isHere: true, Web);

        Assert.True(UntilTold().MayAct); // new, so at once
        UntilTold();
        _entities.Reply(new ImageLookedAfter(Image));
        UntilStanding(CopyState.Owned);
        Advance(TimeSpan.FromSeconds(5));
        _entities.ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void What_it_is_told_to_keep_is_fetched_once_and_kept()
    {
        Start();
        UntilStanding(CopyState.Absent);

        _keeper.Tell(new KeepImage(Image, [Web]), TestActor);
        _keeper.Tell(new KeepImage(Image, [Web]), TestActor);
        UntilStanding(CopyState.Fetching);
        AwaitCondition(() => _copies.Fetches.ContainsKey(Image));
        _copies.Fetches[Image].SetResult();

        Assert.Equal("", ExpectMsg<ImageKept>().Fault);
        UntilStanding(CopyState.Kept);
        Assert.Equal([Web], _copies.Find(Image)!.MarkNames.AsEnumerable());
        Assert.Single(_copies.Fetches);
    }

    [Fact]
    public void A_fetch_that_fails_is_told_and_not_tried_again_here_for_a_while()
    {
        Start();
        UntilStanding(CopyState.Absent);
        _keeper.Tell(new KeepImage(Image, [Web]), TestActor);
        AwaitCondition(() => _copies.Fetches.ContainsKey(Image));

        _copies.Fetches[Image].SetException(new IOException("no space left on device"));

        Assert.Contains("no space left", ExpectMsg<ImageKept>().Fault, StringComparison.Ordinal);
        UntilStanding(CopyState.Refused);
        _copies.Set(Image, CopyMark.None, isHere: true, Web); // a user had more luck
        UntilStanding(CopyState.Owned);
    }

    [Fact]
    public void A_fetch_that_nobody_wants_any_more_is_ended()
    {
        Start();
        UntilStanding(CopyState.Absent);
        _keeper.Tell(new KeepImage(Image, [Web]), TestActor);
        AwaitCondition(() => _copies.Fetches.ContainsKey(Image));

        _keeper.Tell(new DropImage(Image), TestActor);

        Assert.NotEmpty(ExpectMsg<ImageKept>().Fault);
        UntilStanding(CopyState.Absent);
    }

    [Fact]
    public void What_a_user_removes_is_not_brought_back()
    {
        _copies.Set(Image, CopyMark.None, isHere: true, Web);
        Start();
        UntilStanding(CopyState.Owned);

        _copies.Remove(Image);

        UntilStanding(CopyState.Refused);
        _keeper.Tell(new KeepImage(Image, [Web]), TestActor);
        Assert.NotEmpty(ExpectMsg<ImageKept>().Fault);
        Assert.Empty(_copies.Fetches);
        _copies.Set(Image, CopyMark.Refused, isHere: true, Web);
        UntilStanding(CopyState.Owned);
        AwaitCondition(() => _copies.Find(Image)!.Mark == CopyMark.None);
    }

    [Fact]
    public void What_is_broken_here_was_removed_by_nobody_and_is_brought_again()
    {
        _copies.Set(Image, CopyMark.None, isHere: true, Web);
        Start();
        UntilStanding(CopyState.Owned);

        _copies.Break(Image);

        UntilStanding(CopyState.Absent);
        UntilTold();
        _keeper.Tell(new KeepImage(Image, [Web]), TestActor);
        AwaitCondition(() => _copies.Fetches.ContainsKey(Image));
        _copies.Fetches[Image].SetResult();
        Assert.Equal("", ExpectMsg<ImageKept>().Fault);
    }

    [Fact]
    public void What_goes_for_room_leaves_no_note_where_nobody_counted_on_it_either()
    {
        _copies.Set(Image, CopyMark.None, isHere: true);
        Start();
        UntilStanding(CopyState.Absent);

        _copies.LetGoAsync(
            new IdleImage(Image, IsFree: true, DateTimeOffset.UnixEpoch, Bytes.Zero), CancellationToken.None);

        AwaitCondition(() =>
        {
            Advance(TimeSpan.FromMilliseconds(500));
            return _copies.Find(Image) is null;
        });
    }

    [Fact]
    public void A_copy_that_the_cluster_drops_may_be_brought_again()
    {
        _copies.Set(Image, CopyMark.Kept, isHere: true);
        Start();
        UntilStanding(CopyState.Kept);

        _keeper.Tell(new DropImage(Image), TestActor);

        UntilStanding(CopyState.Absent);
        Assert.Null(_copies.Find(Image));
    }

    [Fact]
    public void An_image_with_a_tag_is_not_dropped()
    {
        _copies.Set(Image, CopyMark.None, isHere: true, Web);
        Start();
        UntilStanding(CopyState.Owned);

        _keeper.Tell(new DropImage(Image), TestActor);

        UntilStanding(CopyState.Owned);
        Assert.NotNull(_copies.Find(Image));
    }

    [Fact]
    public void A_copy_is_released_and_kept_again_and_is_owned_once_it_has_a_tag()
    {
        _copies.Set(Image, CopyMark.Kept, isHere: true);
        Start();
        UntilStanding(CopyState.Kept);

        _keeper.Tell(new ReleaseImage(Image, [Web]), TestActor);
        UntilStanding(CopyState.Spare);
        _keeper.Tell(new KeepImage(Image, [Web]), TestActor);
        UntilStanding(CopyState.Kept);
        _copies.Set(Image, CopyMark.Kept, isHere: true, Web);

        UntilStanding(CopyState.Owned);
        AwaitCondition(() => _copies.Find(Image)!.Mark == CopyMark.None);
    }

    [Fact]
    public void Lists_that_are_to_be_here_with_an_image_are_fetched_where_they_are_not_and_told_of()
    {
        Start();
        _copies.Set(Image, CopyMark.None, isHere: true, Web);
        UntilStanding(CopyState.Owned);
        UntilTold();
        _entities.Reply(new ImageLookedAfter(Image));
        _copies.SetLists(Image, "web@1");
        UntilTold();
        _entities.Reply(new ImageLookedAfter(Image));

        _keeper.Tell(new KeepImage(Image, [Web]) { Lists = ["web@1", "web@2"] }, TestActor);

        UntilTold();
        Assert.Equal(["web@2"], _copies.FetchedLists);
        _keeper.Tell(new GetImageStanding(Image), TestActor);
        Assert.Equal(["web@1", "web@2"], ExpectMsg<ImageStanding>().Lists.AsEnumerable());
    }

    private void Start()
    {
        var options = new CopyOptions();
        _keeper = Sys.ActorOf(CopyKeeperActor.Props(
            new NodeId("a"), _copies, _entities, _others, options, TimeProvider.System, NullLoggerFactory.Instance));
        // It listens to its store from the first answer on.
        AwaitCondition(() =>
        {
            var asker = CreateTestProbe();
            _keeper.Tell(new GetImageStanding(Image), asker);
            return asker.ReceiveOne(TimeSpan.FromMilliseconds(100)) is ImageStanding;
        });
    }

    private LookAfterImage UntilTold()
    {
        AwaitCondition(() =>
        {
            Advance(TimeSpan.FromMilliseconds(500));
            return _entities.HasMessages;
        });
        return _entities.ExpectMsg<LookAfterImage>();
    }

    private void UntilStanding(CopyState state) => AwaitCondition(() =>
    {
        Advance(TimeSpan.FromMilliseconds(500));
        var asker = CreateTestProbe();
        _keeper.Tell(new GetImageStanding(Image), asker);
        return asker.ExpectMsg<ImageStanding>().State == state;
    });
}
