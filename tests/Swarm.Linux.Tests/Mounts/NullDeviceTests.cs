using Swarm.Linux.Mounts;

namespace Swarm.Linux.Tests.Mounts;

public sealed class NullDeviceTests
{
    private static int Covers => File.ReadLines("/proc/self/mountinfo")
        .Count(line => line.Contains(" /dev/null ", StringComparison.Ordinal));

    [Fact]
    public void It_keeps_its_owner_until_the_last_who_wanted_that_is_done()
    {
        var before = Covers;
        var first = NullDevice.Protect();
        var second = NullDevice.Protect();
        first.Dispose();
        first.Dispose();

        Assert.Equal(before + 1, Covers);
        File.WriteAllText("/dev/null", "taken as ever");
        Assert.ThrowsAny<IOException>(() => File.SetUnixFileMode("/dev/null", File.GetUnixFileMode("/dev/null")));

        second.Dispose();
        Assert.Equal(before, Covers);
    }
}
