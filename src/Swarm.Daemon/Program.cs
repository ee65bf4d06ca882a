using Swarm.Daemon.CommandLine;
using Swarm.Daemon.Configuration;

switch (Arguments.Parse(args, File.Exists))
{
    case Request.ShowHelp:
        Console.WriteLine(Arguments.Help);
        return 0;
    case Request.ShowVersion:
        Console.WriteLine("swarmd");
        return 0;
    case Request.Refuse refused:
        Console.Error.WriteLine($"swarmd: {refused.Reason}; see swarmd --help");
        return 2;
    case Request.Run run:
        try { Console.WriteLine(DaemonSettings.Load(run.ConfigurationFile, run.Overrides)); }
        catch (ConfigurationException wrong) { foreach (var e in wrong.Errors) Console.Error.WriteLine($"swarmd: {e}"); return 2; }
        return 0;
    default:
        return 1;
}
