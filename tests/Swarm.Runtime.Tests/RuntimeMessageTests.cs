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

    [Theory]
    [InlineData("pipe: Too many open files", 3)]
    [InlineData("fchown std stream 0: Bad file descriptor", 12)]
    [InlineData("writing file `/sys/fs/cgroup/cpuset/a/cgroup.procs`: No space left on device", 10)]
    public void Too_few_open_files_for_crun_are_told_by_the_limit(string said, long files)
    {
        var told = RuntimeMessages.ToException(said, "program", files);

        Assert.Equal(ContainerFault.Invalid, told.Fault);
        Assert.Equal(
            $"ulimit nofile={files} is too low: with so few open files \"program\" could not be started (crun: {said})",
            told.Message);
        Assert.Equal("crun: " + said, RuntimeMessages.ToException(said, "program", 1024).Message);
        Assert.Equal("crun: " + said, RuntimeMessages.ToException(said, "program").Message);
    }
}
