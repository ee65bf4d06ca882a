using Swarm.Linux.Processes;
using Swarm.Runtime.Processes;

namespace Swarm.Runtime.Tests;

public sealed class RuntimeProgramTests
{
    [Fact]
    public void A_binary_is_run_from_where_it_cannot_be_written_under_its_own_name()
    {
        using var program = RuntimeProgram.Open("/usr/bin/crun");

        Assert.StartsWith("/proc/", program.Path, StringComparison.Ordinal);
        Assert.Equal("crun", Path.GetFileName(program.Path));
        Assert.ThrowsAny<IOException>(() => File.OpenWrite(program.Path).Dispose());
        Assert.StartsWith("crun version", Run(program.Path, "--version"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_is_run_at_its_place()
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, "#!/bin/sh\necho $0\n");
        using (var program = RuntimeProgram.Open(path)) Assert.Equal(path, program.Path);
        File.WriteAllText(path, "x");
        using (var program = RuntimeProgram.Open(path)) Assert.Equal(path, program.Path);
        File.Delete(path);
    }

    private static string Run(string program, string argument)
    {
        var output = Path.GetTempFileName();
        Assert.Equal(0, Spawner.Start(new Spawn(program, [argument]) { OutputPath = output }).Wait());
        var said = File.ReadAllText(output);
        File.Delete(output);
        return said;
    }
}
