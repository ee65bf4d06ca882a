using System.Diagnostics;

namespace Swarm.Hosts.Machines;

/// <summary>A program run to its end.</summary>
public static class Command
{
    /// <returns>What it wrote to its standard output.</returns>
    /// <exception cref="InvalidOperationException">It ended with another code than 0; says what it wrote.</exception>
    public static Task<string> RunAsync(string program, params IEnumerable<string> arguments) =>
        FeedAsync("", program, arguments);

    /// <inheritdoc cref="RunAsync"/>
    /// <param name="input">What it finds on its standard input.</param>
    public static async Task<string> FeedAsync(string input, string program, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"{program} {string.Join(' ', start.ArgumentList)} ended with {process.ExitCode}: "
                + await errors + await output);
        }

        return await output;
    }
}
