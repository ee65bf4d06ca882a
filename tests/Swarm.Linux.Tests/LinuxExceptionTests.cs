using System.Runtime.InteropServices;

namespace Swarm.Linux.Tests;

public sealed class LinuxExceptionTests
{
    [Fact]
    public void A_refusal_says_what_was_tried_on_what_and_what_came_back()
    {
        var refused = new LinuxException("mount", Errno.EBUSY, "/mnt", "in use by a test");

        Assert.Equal("mount /mnt: Device or resource busy (in use by a test) [errno 16]", refused.Message);
        Assert.Equal((Errno.EBUSY, "mount"), (refused.Number, refused.Call));
    }

    [Fact]
    public void An_interrupted_call_is_made_again_and_a_refused_one_is_not()
    {
        var calls = new Queue<int>([Errno.EINTR, Errno.EINTR, Errno.EACCES]);

        var refused = Assert.Throws<LinuxException>(() => SystemCall.Retry(
            () =>
            {
                Marshal.SetLastPInvokeError(calls.Dequeue());
                return -1;
            },
            "open"));

        Assert.Equal(Errno.EACCES, refused.Number);
        Assert.Empty(calls);
    }
}
