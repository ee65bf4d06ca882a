using System.Diagnostics;

namespace Swarm.Daemon.Tests.Docker;

/// <summary>The <c>docker</c> command that people have, set to a node's socket.</summary>
/// <param name="before">What stands before each command's own arguments.</param>
internal sealed class DockerClient(string socket, params string[] before)
{
    private static readonly TimeSpan Patience = global::Swarm.Tests.Patience.Seconds(90);

    /// <summary>Runs it to its end.</summary>
    public Task<DockerRun> RunAsync(params string[] arguments) => RunAsync("", arguments);

    /// <param name="input">What it reads on its standard input.</param>
    public async Task<DockerRun> RunAsync(string input, string[] arguments)
    {
        using var process = Begin("docker", [.. before, .. arguments]);
        using var patience = new CancellationTokenSource(Patience);
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
        process.StandardInput.Close();
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return new DockerRun(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"docker {string.Join(' ', arguments)} did not end");
        }
    }

    /// <summary>Runs it, which must end with 0.</summary>
    /// <returns>What it wrote, without the last line's end.</returns>
    public async Task<string> DoAsync(params string[] arguments)
    {
        var run = await RunAsync(arguments);
        Assert.True(run.ExitCode == 0, $"docker {string.Join(' ', arguments)}: {run}");
        return run.Output.TrimEnd('\n');
    }

    /// <summary>Starts a program that has this node in its environment.</summary>
    public Process Begin(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOCKER_HOST"] = $"unix://{socket}";
        start.Environment["DOCKER_BUILDKIT"] = "0";
        start.Environment["TERM"] = "xterm";
        return Process.Start(start)!;
    }
}

/// <summary>How a command ended, and what it wrote.</summary>
internal sealed record DockerRun(int ExitCode, string Output, string Errors);
