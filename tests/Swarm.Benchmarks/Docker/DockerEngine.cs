using System.Diagnostics;

namespace Swarm.Benchmarks.Docker;

/// <summary>What answers the <c>docker</c> command at a socket.</summary>
/// <param name="Name">Shown beside each figure.</param>
internal sealed record DockerEngine(string Name, string Socket)
{
    /// <summary>Whether it takes <c>commit</c> from this client.</summary>
    public bool CanCommit { get; init; } = true;

    /// <summary>Runs the command to its end; its output is read and dropped.</summary>
    /// <returns>How long it took, in milliseconds.</returns>
    public async Task<double> TimeAsync(params string[] arguments)
    {
        var since = Stopwatch.GetTimestamp();
        await DoAsync(arguments);
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    /// <returns>What it wrote.</returns>
    /// <exception cref="InvalidOperationException">It did not end with 0.</exception>
    public async Task<string> DoAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOCKER_HOST"] = $"unix://{Socket}";
        start.Environment["DOCKER_BUILDKIT"] = "0";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? output.TrimEnd()
            : throw new InvalidOperationException(
                $"{Name}: docker {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
    }
}
