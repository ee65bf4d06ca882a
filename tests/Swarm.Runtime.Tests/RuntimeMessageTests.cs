using Swarm.Runtime.Processes;

namespace Swarm.Runtime.Tests;

/// <summary>What crun says, in the words of its users.</summary>
public sealed class RuntimeMessageTests
{
    [Theory]
    [InlineData(
        "2026-01-02T03:04:05.678Z: mount `/home/me/app.conf` to `etc/app.conf`: Not a directory\n",
        "error mounting /home/me/app.conf at /etc/app.conf: not a directory: Are you trying to mount a directory onto "
        + "a file (or vice-versa)? See whether the path on the host exists, and is what it should be")]
    [InlineData("executable file `x` not found in $PATH", "exec: \"x\": executable file not found in $PATH")]
    [InlineData("sethostname: Invalid argument", "crun: sethostname: Invalid argument")]
    [InlineData("", "crun could not make the container and did not say why")]
    public void It_is_said_what_could_not_be_done_and_why(string said, string told) =>
        Assert.Equal(told, RuntimeMessages.ToException(said, "program").Message);
}
