using Swarm.Linux.Users;

namespace Swarm.Linux.Tests.Users;

public sealed class IdMapTests
{
    private static readonly IdMap Map = new(
        [new IdRange(0, 1000, 10), new IdRange(10, 500, 90)], [new IdRange(0, 2000, 100)]);

    [Theory]
    [InlineData(0u, 1000u)]
    [InlineData(9u, 1009u)]
    [InlineData(10u, 500u)]
    [InlineData(99u, 589u)]
    public void A_user_is_another_one_outside_and_the_same_again_inside(uint inside, uint outside)
    {
        Assert.Equal(outside, Map.UserOnHost(inside));
        Assert.Equal(inside, Map.UserInside(outside));
    }

    [Fact]
    public void Who_is_not_mapped_is_nobody_inside_and_none_outside()
    {
        Assert.Null(Map.UserOnHost(100));
        Assert.Null(Map.GroupOnHost(uint.MaxValue));
        Assert.Equal(IdMap.Nobody, Map.UserInside(0));
        Assert.Equal(IdMap.Nobody, Map.GroupInside(1999));
        Assert.Equal((1000u, 2000u), Map.Root);
    }

    [Fact]
    public void Maps_of_the_same_ranges_are_equal()
    {
        var same = new IdMap([.. Map.Users], [.. Map.Groups]);

        Assert.Equal(Map, same);
        Assert.Equal(Map.GetHashCode(), same.GetHashCode());
        Assert.NotEqual(Map, Map with { Groups = Map.Users });
    }

    [Fact]
    public void Capabilities_of_a_file_are_given_to_root_of_the_namespace_and_back()
    {
        // CAP_NET_RAW, permitted and effective, as setcap writes it.
        byte[] ofImage = [1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

        var onHost = FileCapabilities.ToHost(ofImage, Map);

        Assert.Equal([1, 0, 0, 3, .. ofImage[4..], 0xe8, 3, 0, 0], onHost);
        Assert.Equal(ofImage, FileCapabilities.ToInside(onHost, Map));
        Assert.Equal(onHost, FileCapabilities.ToHost(onHost, Map));
        Assert.Equal(ofImage, FileCapabilities.ToInside(ofImage, Map));
        byte[] ofAnother = [.. onHost[..20], 1, 0, 0, 0];
        Assert.Equal(ofAnother, FileCapabilities.ToInside(ofAnother, Map));
        Assert.Equal([1], FileCapabilities.ToHost([1], Map));
    }
}
