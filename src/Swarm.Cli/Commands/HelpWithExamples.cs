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
        var code = help.Invoke(parseResult);
        examples.Write(parseResult.CommandResult.Command, parseResult.InvocationConfiguration.Output);
        return code;
    }
}
