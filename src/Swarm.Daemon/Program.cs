using Swarm.Daemon.CommandLine;
using Swarm.Daemon.Configuration;

switch (Arguments.Parse(args, File.Exists))
{
    case Request.ShowHelp:
        Console.WriteLine(Arguments.Help);
        return 0;
    case Request.Refuse refused:
        Console.Error.WriteLine($"swarmd: {refused.Reason}; see swarmd --help");
        return 2;
    case Request.Run run:
        try
        {
            Console.WriteLine(DaemonSettings.Load(run.ConfigurationFile, run.Overrides));
            return 0;
        }
        catch (ConfigurationException wrong)
        {
            foreach (var error in wrong.Errors) Console.Error.WriteLine($"swarmd: {error}");
            return 2;
        }

    default:
        return 1;
}
