using System.Diagnostics;

namespace Swarm.Images.Tests;

/// <summary>Runs a program that makes images for tests; one that is missing fails the test.</summary>
internal static class Tool
{
    public static string Run(string program, params string[] arguments)
    {
        var start =
            new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)
            ?? throw new InvalidOperationException($"{program} did not start: apt-get install {program}");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: "
                    + $"{errors.GetAwaiter().GetResult()}");
    }
}
