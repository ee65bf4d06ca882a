using System.CommandLine;
using System.CommandLine.Help;

namespace Swarm.Cli.Commands;

/// <summary>The command <c>swarm</c> with all that it offers.</summary>
internal static class Root
{
    public static RootCommand Build(SharedOptions shared)
    {
        var examples = new Examples();
        var root = new RootCommand("Deploys and watches services on a Swarm cluster.");
        foreach (var option in shared.All) root.Options.Add(option);
        root.Subcommands.Add(DeployCommand.Build(shared, examples));
        root.Subcommands.Add(ServiceCommands.Services(shared, examples));
        root.Subcommands.Add(ServiceCommands.Tasks(shared, examples));
        root.Subcommands.Add(ServiceCommands.Inspect(shared, examples));
        root.Subcommands.Add(ScaleCommand.Build(shared, examples));
        root.Subcommands.Add(RemoveCommand.Build(shared, examples));
        root.Subcommands.Add(LogsCommand.Build(shared, examples));
        root.Subcommands.Add(NodeCommands.Nodes(shared, examples));
        root.Subcommands.Add(NodeCommands.Build(shared, examples));
        root.Subcommands.Add(RollbackCommand.Build(shared, examples));
        root.Subcommands.Add(RebalanceCommand.Build(shared, examples));
        root.Subcommands.Add(RunCommand.Build(shared, examples));
        root.Subcommands.Add(WaitCommand.Build(shared, examples));
        root.Subcommands.Add(ImageCommands.Build(shared, examples));
        root.Subcommands.Add(CompletionCommand.Build(shared, examples));
        examples.Add(
            root, "swarm deploy -f compose.yml", "swarm services", "swarm --contact 10.0.0.1:4000,10.0.0.2:4000 nodes");
        examples.Close(root,
            "Exit codes: 0 done, 1 failed, 2 wrong arguments or file, 3 no answer, 4 not found, 5 refused;\n"
            + "'swarm wait' and 'swarm run' on a job exit as the job did.");
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            if (help.Action is HelpAction action) help.Action = new HelpWithExamples(action, examples);
        }

        return root;
    }
}
