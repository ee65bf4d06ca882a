using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Swarm.Daemon.CommandLine;

/// <summary>What swarmd was asked to do.</summary>
/// <remarks>The exit codes and the keys: docs/configuration.md.</remarks>
internal abstract record Request
{
    private Request()
    {
    }

    internal sealed record ShowHelp : Request;

    internal sealed record ShowVersion : Request;

    /// <summary>The command line is wrong.</summary>
    internal sealed record Refuse(string Reason) : Request;

    /// <param name="ConfigurationFile">Null means none.</param>
    /// <param name="Overrides">As <c>PATH=VALUE</c>, in the order given.</param>
    internal sealed record Run(string? ConfigurationFile, ImmutableArray<string> Overrides) : Request
    {
        /// <summary>Remove everything of a stopped node from this host instead of starting one.</summary>
        public bool Destroy { get; init; }
    }
}

/// <summary>The command line of swarmd.</summary>
internal static class Arguments
{
    public const string Help =
        """
        swarmd: the daemon of Swarm, one on each host.

        Usage: swarmd [--config FILE] [--set PATH=VALUE]...
               swarmd --destroy [--config FILE] [--set PATH=VALUE]...

          --config FILE      settings in HOCON; without it /etc/swarm/swarmd.conf is read when it exists
          --set PATH=VALUE   one setting, over those of the file; may be repeated
          --destroy          stop and remove all containers, networks and mounts of the node that keeps its data
                             under these settings, then exit; images, volumes and the journal stay
          --help             show this
          --version          show the version

        Exit codes: 0 stopped as asked, 1 failed, 2 wrong command line or settings, 3 the host lacks something,
        4 another swarmd uses the same data root, 5 shut out of the cluster by the others: start it again,
        137 a second signal came while it was stopping.
        """;

    private const string DefaultFile = "/etc/swarm/swarmd.conf";

    public static Request Parse(IReadOnlyList<string> arguments, Func<string, bool> fileExists)
    {
        string? file = null;
        var overrides = ImmutableArray.CreateBuilder<string>();
        var destroy = false;
        for (var at = 0; at < arguments.Count; at++)
        {
            var (name, value) = Split(arguments[at]);
            switch (name)
            {
                case "--help" or "-h": return new Request.ShowHelp();
                case "--version": return new Request.ShowVersion();
                case "--destroy" when value is null: destroy = true; continue;
                case "--config" or "--set": break;
                default: return new Request.Refuse($"unknown argument '{arguments[at]}'");
            }

            if (!TakeValue(arguments, ref at, ref value)) return new Request.Refuse($"{name} needs a value");
            if (name == "--set") overrides.Add(value);
            else if (file is null) file = value;
            else return new Request.Refuse("--config may be given once");
        }

        file ??= fileExists(DefaultFile) ? DefaultFile : null;
        return new Request.Run(file, overrides.ToImmutable()) { Destroy = destroy };
    }

    private static bool TakeValue(IReadOnlyList<string> arguments, ref int at, [NotNullWhen(true)] ref string? value)
    {
        if (value is null && at + 1 < arguments.Count) value = arguments[++at];
        return !string.IsNullOrEmpty(value);
    }

    private static (string Name, string? Value) Split(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal)
            && argument.IndexOf('=', StringComparison.Ordinal) is > 0 and var at
            ? (argument[..at], argument[(at + 1)..])
            : (argument, null);
}
