using CsCheck;
using Swarm.Core.Nodes;

namespace Swarm.Core.Tests.Nodes;

public sealed class DiskMarkTests
{
    private static readonly Gen<DiskUse> AnyUse = Gen.Select(
        Gen.Long[0, 1L << 44], Gen.Long[0, 1L << 44], (used, free) => new DiskUse(new Bytes(used), new Bytes(free)));

    private static readonly Gen<DiskMark> AnyMark = Gen.Select(
        Gen.Int[1, 100], Gen.OneOf(Gen.Const(0L), Gen.Long[1, 1L << 44]),
        (percent, free) => new DiskMark(percent, new Bytes(free)));

    [Theory]
    [InlineData(84, false)]
    [InlineData(85, true)]
    [InlineData(86, true)]
    public void It_is_reached_by_the_part_that_is_used(long used, bool isReached) =>
        Assert.Equal(isReached, new DiskMark(85, Bytes.Zero).IsReached(Use(used, 100 - used)));

    [Theory]
    [InlineData(1001, false)]
    [InlineData(1000, true)]
    public void It_is_reached_by_what_is_left_where_that_is_set(long free, bool isReached) =>
        Assert.Equal(isReached, new DiskMark(85, new Bytes(1000)).IsReached(Use(100, free)));

    [Fact]
    public void A_disk_that_has_nothing_left_has_reached_every_watermark() =>
        Assert.True(new DiskMark(100, Bytes.Zero).IsReached(Use(100, 0)));

    [Fact]
    public void It_is_reached_when_the_room_below_it_is_taken_and_not_a_byte_before() =>
        Gen.Select(AnyUse, AnyMark).Sample((use, mark) =>
        {
            var room = mark.RoomBelow(use);
            Assert.Equal(room == Bytes.Zero, mark.IsReached(use));
            if (room == Bytes.Zero) return;

            Assert.True(room <= use.Free);
            Assert.True(mark.IsReached(Take(use, room)));
            Assert.False(mark.IsReached(Take(use, room - new Bytes(1))));
        });

    [Fact]
    public void How_full_a_disk_is_is_told_in_numbers() => Assert.Equal(
        "75 % of 400 MiB used, 100 MiB free",
        new DiskUse(Bytes.FromMebibytes(300), Bytes.FromMebibytes(100)).ToString());

    private static DiskUse Use(long used, long free) => new(new Bytes(used), new Bytes(free));

    private static DiskUse Take(DiskUse use, Bytes bytes) => new(use.Used + bytes, use.Free - bytes);
}
