using System.CommandLine;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm completion</c>: what a shell needs to complete command lines.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _swarm_complete() {
          local IFS=$'\n'
          local found; found=$(swarm "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
          COMPREPLY=($(compgen -W "${found}" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _swarm_complete swarm
        """;

    private const string Zsh = """
        _swarm() {
          local line="${words[*]}"
          local -a found
          found=("${(@f)$(swarm "[suggest:${#line}]" "$line" 2>/dev/null)}")
          _describe 'swarm' found || _files
        }
        compdef _swarm swarm
        """;

    private static readonly Argument<string> Shell = new("SHELL") { Description = "bash or zsh." };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        Shell.AcceptOnlyFromAmong("bash", "zsh");
        var command = new Command("completion", "Write the completion script of a shell.") { Shell };
        command.SetAction(parsed =>
        {
            shared.Surroundings.Out.WriteLine(parsed.GetValue(Shell) == "zsh" ? Zsh : Bash);
            return ExitCode.Ok;
        });
        examples.Add(command, "source <(swarm completion bash)");
        return command;
    }
}
