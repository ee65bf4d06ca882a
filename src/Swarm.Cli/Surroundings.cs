namespace Swarm.Cli;

/// <summary>What the command line is run in.</summary>
/// <param name="Input">Opens standard input.</param>
internal sealed record Surroundings(
    TextWriter Out, TextWriter Error, Func<Stream> Input, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>People look at it: tables with lines and live progress; else plain text.</summary>
    public bool IsTerminal { get; init; }

    /// <summary>The process ends with the command and takes its connections along: nobody closes them.</summary>
    public bool EndsWithProcess { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
