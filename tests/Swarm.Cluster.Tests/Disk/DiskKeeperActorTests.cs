using System.Diagnostics.Metrics;
using Akka.Actor;
using Akka.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Cluster.Copies;
using Swarm.Cluster.Disk;
using Swarm.Cluster.Tests.Copies;

namespace Swarm.Cluster.Tests.Disk;

public sealed class DiskKeeperActorTests : CopyKit
{
    private readonly FakeDisk _disk = new();
    private readonly TestProbe _copies;
    private readonly TestProbe _node;

    public DiskKeeperActorTests() => (_copies, _node) = (CreateTestProbe(), CreateTestProbe());

    [Fact]
    public void Below_the_high_watermark_nothing_is_removed()
    {
        _disk.Swept = 84;
        Start();

        Assert.Equal("", _node.ExpectMsg<DiskSeen>().Fault);
        Advance(TimeSpan.FromMinutes(1));
        _node.ExpectMsg<DiskSeen>();
        Assert.Empty(_disk.Removed);
    }

    [Fact]
    public void Above_it_what_costs_least_goes_first_and_no_more_than_brings_it_below_the_low_one()
    {
        (_disk.Used, _disk.Swept, _disk.Steps[9], _disk.Steps[2], _disk.Steps[0]) = (60, 2, 2, 3, 4);
        _disk.Add("named", 6, isFree: false);
        _disk.Add("free", 6, isFree: true);
        _disk.Add("another", 6, isFree: true);
        Start();

        UntilRemoved("unneeded", "steps of 9 days", "steps of 2 days", "steps of 0 days");
        Assert.False(_copies.HasMessages);

        _disk.Used = 74; // 92 with the three images
        UntilRemoved("unneeded", "steps of 9 days", "steps of 2 days", "steps of 0 days", "free", "free");
        _copies.ExpectMsg<LetImageGo>(); // 80 is not below 80
        _copies.Reply(new ImageLetGo(IsGone: true));
    }

    [Fact]
    public void Named_images_go_only_by_the_word_of_the_copies_the_one_used_longest_ago_first()
    {
        _disk.Used = 70;
        var old = _disk.Add("old", 10, isFree: false);
        var young = _disk.Add("young", 10, isFree: false);
        Start();

        Assert.Equal(old, _copies.ExpectMsg<LetImageGo>().Image);
        _copies.Reply(new ImageLetGo(IsGone: false));
        Assert.Equal(young, _copies.ExpectMsg<LetImageGo>().Image);
        _copies.Reply(new ImageLetGo(IsGone: false));

        Assert.Empty(_disk.Removed);
    }

    [Fact]
    public void A_disk_that_stays_full_is_told_to_the_node_and_tried_again_after_a_while()
    {
        _disk.Used = 96;
        var image = _disk.Add("needed", 1, isFree: false);
        Start();
        Assert.Contains("the disk is full: 97 % of", _node.ExpectMsg<DiskSeen>().Fault, StringComparison.Ordinal);
        Assert.Equal(image, _copies.ExpectMsg<LetImageGo>().Image);
        _copies.Reply(new ImageLetGo(IsGone: false));
        Assert.NotEmpty(_node.ExpectMsg<DiskSeen>().Fault); // after the round

        for (var minute = 1; minute < 5; minute++)
        {
            Advance(TimeSpan.FromMinutes(1));
            Assert.NotEmpty(_node.ExpectMsg<DiskSeen>().Fault);
        }

        Assert.False(_copies.HasMessages);
        AwaitCondition(() =>
        {
            Advance(TimeSpan.FromMinutes(1));
            return _copies.HasMessages;
        });
        _copies.ExpectMsg<LetImageGo>();
        _copies.Reply(new ImageLetGo(IsGone: false));
    }

    [Fact]
    public void What_is_here_alone_goes_as_soon_as_nothing_needs_it_also_when_others_were_just_asked_in_vain()
    {
        var counted = 0L;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "swarm.disk.collected.images") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, images, _, _) => Interlocked.Add(ref counted, images));
        listener.Start();
        _disk.Used = 86;
        _disk.Add("needed", 2, isFree: false);
        Start();
        _copies.ExpectMsg<LetImageGo>();
        _copies.Reply(new ImageLetGo(IsGone: false));

        _node.ExpectMsg<DiskSeen>();
        _node.ExpectMsg<DiskSeen>(); // after the round

        _disk.Add("free", 7, isFree: true);
        Advance(TimeSpan.FromMinutes(1));
        AwaitCondition(() => !_disk.Removed.IsEmpty);
        _node.ExpectMsg<DiskSeen>();
        _node.ExpectMsg<DiskSeen>(); // after the round

        Assert.Equal(["free"], _disk.Removed);
        Assert.Equal(1, counted);
        Assert.False(_copies.HasMessages);
    }

    [Fact]
    public void When_there_is_room_again_the_node_is_told()
    {
        _disk.Used = 96;
        Start();
        Assert.NotEmpty(_node.ExpectMsg<DiskSeen>().Fault);
        Assert.NotEmpty(_node.ExpectMsg<DiskSeen>().Fault);

        _disk.Used = 94;
        Advance(TimeSpan.FromMinutes(1));

        Assert.Equal("", _node.ExpectMsg<DiskSeen>().Fault);
    }

    [Fact]
    public void Switched_off_nothing_is_removed_and_a_full_disk_is_told_all_the_same()
    {
        _disk.Swept = 96;
        Start(new DiskOptions { Collects = false });

        Assert.NotEmpty(_node.ExpectMsg<DiskSeen>().Fault);
        Advance(TimeSpan.FromMinutes(1));
        Assert.NotEmpty(_node.ExpectMsg<DiskSeen>().Fault);
        Assert.Empty(_disk.Removed);
    }

    [Fact]
    public void A_disk_that_cannot_be_asked_says_nothing_of_itself_and_is_asked_again()
    {
        _disk.Fault = new IOException("input/output error");
        Start();
        Advance(TimeSpan.FromMinutes(1));
        Assert.False(_node.HasMessages);

        _disk.Fault = null;
        Advance(TimeSpan.FromMinutes(1));

        _node.ExpectMsg<DiskSeen>();
    }

    private void Start(DiskOptions? options = null)
    {
        var keeper = Sys.ActorOf(DiskKeeperActor.Props(
            _disk, _copies, _node, options ?? new DiskOptions(), NullLoggerFactory.Instance));
        keeper.Tell(new Identify(null), TestActor); // its timers run
        ExpectMsg<ActorIdentity>();
    }

    private void UntilRemoved(params string[] removed)
    {
        AwaitCondition(() =>
        {
            Advance(TimeSpan.FromMinutes(1));
            return _disk.Removed.Count >= removed.Length;
        });
        Assert.Equal(removed, _disk.Removed);
    }
}
