using System.CommandLine;
using Swarm.Client;
using Swarm.Client.Compose;
using Swarm.Cli.Commands;
using Swarm.Wire.Security;

namespace Swarm.Cli;

/// <summary>Runs one command line and says how it went.</summary>
internal static class Application
{
    public static async Task<int> RunAsync(
        string[] arguments, Surroundings surroundings, CancellationToken cancellation = default)
    {
        await using var shared = new SharedOptions(surroundings);
        var parsed = Root.Build(shared).Parse(arguments);
        var configuration = new InvocationConfiguration
        {
            Output = surroundings.Out,
            Error = surroundings.Error,
            EnableDefaultExceptionHandler = false,
        };
        if (Problems(parsed) is { Count: > 0 } problems)
        {
            foreach (var problem in problems) await surroundings.Error.WriteLineAsync("swarm: " + problem);
            await surroundings.Error.WriteLineAsync($"Try '{Name(parsed.CommandResult.Command)} --help'.");
            return ExitCode.Usage;
        }

        if (parsed.Errors.Count > 0)
        {
            // Nothing but the name of a group of commands was given: show what there is.
            configuration.Output = surroundings.Error;
            await Root.Build(shared).Parse([.. arguments, "--help"]).InvokeAsync(configuration, cancellation);
            return ExitCode.Usage;
        }

        try
        {
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

    /// <summary>What is wrong with a command line, but for a group of commands that stands alone.</summary>
    private static List<string> Problems(ParseResult parsed)
    {
        // The parser takes an unknown option for a name; no name begins so.
        var option = parsed.CommandResult.Tokens.FirstOrDefault(
            token => token.Value.Length > 1 && token.Value[0] == '-');
        if (option is not null) return [$"there is no option {option.Value}"];
        return parsed.CommandResult.Command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0
            ? [] : [.. parsed.Errors.Select(error => error.Message)];
    }

    private static string Name(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } group ? $"{Name(group)} {command.Name}" : "swarm";

    private static int? CodeOf(Exception failed) => failed switch
    {
        ComposeException or FormatException or TlsFilesException => ExitCode.Usage,
        SwarmUnreachableException => ExitCode.Unreachable,
        SwarmRefusedException { IsBadInput: true } => ExitCode.Usage,
        SwarmRefusedException { NotFound: true } => ExitCode.NotFound,
        SwarmRefusedException => ExitCode.Refused,
        IOException or UnauthorizedAccessException or HttpRequestException or InvalidOperationException =>
            ExitCode.Failed,
        _ => null,
    };
}
