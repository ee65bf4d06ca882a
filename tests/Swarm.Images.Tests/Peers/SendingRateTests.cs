using Microsoft.Extensions.Time.Testing;
using Swarm.Images.Peers;

namespace Swarm.Images.Tests.Peers;

public sealed class SendingRateTests
{
    private const int Rate = 1024 * 1024;

    [Fact]
    public void One_that_sends_alone_does_so_in_parts_of_a_sixteenth_of_what_may_go_in_a_second()
    {
        var rate = new SendingRate(Rate, new FakeTimeProvider());
        rate.Join();

        Assert.Equal(Rate / 16, rate.PartBytes);
    }

    [Fact]
    public void However_many_send_each_has_its_turn_before_it_counts_as_silent()
    {
        const int many = 200;
        var rate = new SendingRate(Rate, new FakeTimeProvider());
        for (var stream = 0; stream < many; stream++) rate.Join();

        Assert.InRange((double)many * rate.PartBytes / Rate, 0, 2);
        for (var stream = 1; stream < many; stream++) rate.Leave();
        Assert.Equal(Rate / 16, rate.PartBytes);
    }
}
