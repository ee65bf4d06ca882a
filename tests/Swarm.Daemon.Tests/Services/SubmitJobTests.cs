using System.Diagnostics;

namespace Swarm.Daemon.Tests.Services;

/// <summary>The example program of the client library, against a real node.</summary>
public sealed class SubmitJobTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public async Task The_example_submits_a_job_watches_it_and_ends_as_it_did(int exitCode)
    {
        await using var node = await TestNode.StartAsync();

        var (code, output) = await RunAsync(node, "box", "2", "sh", "-c", $"echo said; exit {exitCode}");

        Assert.Equal(exitCode, code);
        Assert.Contains(": submitted\n", output, StringComparison.Ordinal);
        Assert.Contains("1| said\n", output, StringComparison.Ordinal);
        Assert.Contains("2| said\n", output, StringComparison.Ordinal);
        if (exitCode == 0) Assert.Contains(": 2 of 2 tasks have ended well\n", output, StringComparison.Ordinal);
        await node.UntilAsync(
            async () => (await node.Client.GetServicesAsync()).IsEmpty, () => "the job is there still");
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(TestNode node, params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "SubmitJob.dll");
        using var run = Process.Start(new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            RedirectStandardOutput = true,
            Environment = { ["SWARM_CONTACT"] = $"127.0.0.1:{node.Daemon.Port}" },
        })!;
        var output = await run.StandardOutput.ReadToEndAsync();
        await run.WaitForExitAsync();
        return (run.ExitCode, output);
    }
}
