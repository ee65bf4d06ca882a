using System.CommandLine;
using Swarm.Client;
using Swarm.Client.Compose;
using Swarm.Cli.Commands;

namespace Swarm.Cli;

/// <summary>Runs one command line and says how it went.</summary>
internal static class Application
{
    public static async Task<int> RunAsync(
        string[] arguments, Surroundings surroundings, CancellationToken cancellation = default)
    {
        await using var shared = new SharedOptions(surroundings);
        var parsed = Root.Build(shared).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) await surroundings.Error.WriteLineAsync("swarm: " + error.Message);
            await surroundings.Error.WriteLineAsync("Try 'swarm --help'.");
            return ExitCode.Usage;
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = surroundings.Out,
                Error = surroundings.Error,
                EnableDefaultExceptionHandler = false,
            };
            return await parsed.InvokeAsync(configuration, cancellation);
        }
        catch (Exception failed) when (CodeOf(failed) is { } code)
        {
            foreach (var line in failed.Message.Split('\n')) await surroundings.Error.WriteLineAsync("swarm: " + line);
            return code;
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
    }

    private static int? CodeOf(Exception failed) => failed switch
    {
        ComposeException or FormatException => ExitCode.Usage,
        SwarmUnreachableException => ExitCode.Unreachable,
        SwarmRefusedException { NotFound: true } => ExitCode.NotFound,
        SwarmRefusedException => ExitCode.Refused,
        IOException or UnauthorizedAccessException or HttpRequestException or InvalidOperationException =>
            ExitCode.Failed,
        _ => null,
    };
}
