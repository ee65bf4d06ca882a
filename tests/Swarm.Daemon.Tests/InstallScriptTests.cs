using System.Diagnostics;

namespace Swarm.Daemon.Tests;

/// <summary>deploy/install, as root runs it, on a host of which /etc and /run are empty.</summary>
public sealed class InstallScriptTests : IDisposable
{
    private readonly DirectoryInfo _prefix = Directory.CreateTempSubdirectory("swarm-install");

    [Fact]
    public async Task What_has_lost_its_settings_is_taken_off_the_host_all_the_same()
    {
        var program = $"{_prefix.CreateSubdirectory("bin").FullName}/swarmd";
        await File.WriteAllTextAsync(program, $$"""
            #!/bin/sh
            # Refuses settings that are not there, as the real one.
            [ "$1" != --config ] || [ -e "$2" ] || exit 2
            echo "$@" >{{_prefix.FullName}}/asked
            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        await UninstallAsync();

        Assert.Equal("--destroy\n", await File.ReadAllTextAsync($"{_prefix.FullName}/asked"));
        Assert.False(File.Exists(program));
    }

    public void Dispose() => _prefix.Delete(recursive: true);

    private async Task UninstallAsync()
    {
        const string host = "mount -t tmpfs none /etc && mount -t tmpfs none /run && exec \"$0\" --uninstall";
        using var process = Process.Start(
            new ProcessStartInfo("unshare", ["--mount", "sh", "-c", host, Repository.At("deploy/install")])
            {
                Environment = { ["SWARM_PREFIX"] = _prefix.FullName },
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var said = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, said);
    }
}
