using Swarm.Linux.Processes;
using Swarm.Linux.Watching;

namespace Swarm.Linux.Tests.Processes;

public sealed class SpawnTests
{
    private static readonly TimeSpan Waiting = Patience.Seconds(20);

    [Fact]
    public void A_program_gets_its_arguments_environment_folder_and_third_descriptor()
    {
        using var pipe = new Pipe();
        var process = Spawner.Start(new Spawn("/bin/sh", ["-c", "echo \"$A $0 $(pwd)\" >&3; exit 9", "zero"])
        {
            Environment = ["A=b c"],
            WorkingFolder = "/usr",
            Third = pipe.Writing,
        });
        pipe.Writing.Dispose();

        Assert.Equal("b c zero /usr", pipe.ReadLine());
        Assert.Null(pipe.ReadLine());
        Assert.Equal(9, process.Wait());
    }

    [Fact]
    public void A_program_reads_a_byte_from_its_fourth_descriptor()
    {
        using Pipe told = new(), said = new();
        var process = Spawner.Start(new Spawn("/bin/sh", ["-c", "read line <&4; echo \"told $line\" >&3; read x <&4"])
        {
            Third = said.Writing,
            Fourth = told.Reading,
        });
        said.Writing.Dispose();
        told.Reading.Dispose();

        Assert.True(told.TryWrite((byte)'\n'));
        Assert.Equal("told ", said.ReadLine());
        told.Writing.Dispose();
        Assert.Equal(1, process.Wait()); // there is no more to read
    }

    [Fact]
    public void A_byte_for_a_reader_that_is_gone_is_not_written()
    {
        using var pipe = new Pipe();
        pipe.Reading.Dispose();

        Assert.False(pipe.TryWrite((byte)'\n'));
    }

    [Fact]
    public void A_program_has_a_score_of_its_own_and_its_arguments_from_the_start()
    {
        using var pipe = new Pipe();
        const string script = "echo \"$(cat /proc/self/oom_score_adj) $# $@\"";
        var process = Spawner.Start(new Spawn("/bin/sh", ["-c", script, "0", "a b"])
        {
            Output = pipe.Writing,
            OutOfMemoryScore = 321,
        });
        pipe.Writing.Dispose();

        Assert.Equal("321 1 a b", pipe.ReadLine());
        Assert.Equal(0, process.Wait());
    }

    [Fact]
    public void A_score_that_it_may_not_have_is_passed_over_without_a_word()
    {
        using var pipe = new Pipe();
        var process = Spawner.Start(new Spawn("/bin/sh", ["-c", "echo begun"])
        {
            Output = pipe.Writing,
            OutOfMemoryScore = 2000, // there is none
        });
        pipe.Writing.Dispose();

        Assert.Equal("begun", pipe.ReadLine());
        Assert.Equal(0, process.Wait());
    }

    [Fact]
    public void A_program_that_is_not_there_is_refused() =>
        Assert.Equal(
            Errno.ENOENT, Assert.Throws<LinuxException>(() => Spawner.Start(new Spawn("/no/such", []))).Number);

    [Fact]
    public void The_end_of_a_process_is_noticed_and_its_descendants_end_with_it()
    {
        using var watch = new DescriptorWatch("test");
        using var pipe = new Pipe();
        var process = Spawner.Start(new Spawn("/bin/sh", ["-c", "sleep 600 & sleep 600 & echo both >&3; wait"])
        {
            Third = pipe.Writing,
        });
        using var handle = ProcessHandle.OpenChild(process);
        using var ended = new ManualResetEventSlim();
        using var registration = watch.WatchEnd(handle, ended.Set);
        Assert.Equal("both", pipe.ReadLine());
        var children = ProcessIdentity.ChildrenOf(process.Pid)
            .Select(pid => ProcessHandle.Open(ProcessIdentity.Of(pid)!.Value)!).ToArray();
        var childrenEnded = children.Select(_ => new ManualResetEventSlim()).ToArray();
        var watched = children.Zip(childrenEnded, (child, end) => watch.WatchEnd(child, end.Set)).ToArray();

        process.EndWithDescendants();

        Assert.True(ended.Wait(Waiting));
        Assert.Equal(137, process.Wait());
        Assert.Equal(2, childrenEnded.Length);
        Assert.All(childrenEnded, end => Assert.True(end.Wait(Waiting)));
        foreach (var one in watched.Concat(children).Concat(childrenEnded)) one.Dispose();
        Assert.Null(ProcessIdentity.Of(process.Pid));
    }

    [Fact]
    public void What_a_process_has_started_is_ended_and_reaped_by_itself()
    {
        using var pipe = new Pipe();
        var process = Spawner.Start(new Spawn("/bin/sh", ["-c", "sleep 600 & echo one >&3; wait; exit 7"])
        {
            Third = pipe.Writing,
        });
        Assert.Equal("one", pipe.ReadLine());
        var child = ProcessIdentity.ChildrenOf(process.Pid).Single();

        Assert.True(process.EndDescendants());

        Assert.Equal(7, process.Wait());
        Assert.Null(ProcessIdentity.Of(child));
    }

    [Fact]
    public void A_name_with_blanks_and_parentheses_does_not_confuse_and_a_zombie_has_ended()
    {
        var fields = string.Join(' ', Enumerable.Repeat("0", 18));

        Assert.Equal(new ProcessIdentity(7, 4711), ProcessIdentity.Parse(7, $"7 (a) b) S {fields} 4711 0"));
        Assert.Null(ProcessIdentity.Parse(7, $"7 (a) Z {fields} 4711 0"));
    }
}
