using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Swarm.Cli.Commands;

/// <summary>The library's help, and examples below it.</summary>
internal sealed class HelpWithExamples(HelpAction help, Examples examples) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        var (configuration, command) = (parseResult.InvocationConfiguration, parseResult.CommandResult.Command);
        var output = configuration.Output;
        var written = new StringWriter();
        configuration.Output = written;
        var code = help.Invoke(parseResult);
        configuration.Output = output;
        output.Write(BracketOptional(command, written.ToString()));
        examples.Write(command, output);
        return code;
    }

    /// <summary>The library's list of commands shows arguments that may be left out like those that may not.</summary>
    private static string BracketOptional(Command command, string text)
    {
        foreach (var listed in command.Subcommands)
        {
            foreach (var argument in listed.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues == 0))
            {
                // The two brackets take the place of two of the spaces before the description.
                text = text.Replace(
                    $"  {listed.Name} <{argument.Name}>  ", $"  {listed.Name} [<{argument.Name}>]",
                    StringComparison.Ordinal);
            }
        }

        return text;
    }
}
