using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Swarm.Daemon.Running;

/// <summary>Writes an entry as one line: time, level, who, what.</summary>
/// <remarks>The formatter of the framework adds the number of each message, which is a hash of its name.</remarks>
internal sealed class LogLine() : ConsoleFormatter(Format)
{
    public const string Format = "line";

    private const string Time = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    /// <inheritdoc/>
    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var time = TimeProvider.System.GetUtcNow().ToString(Time, CultureInfo.InvariantCulture);
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (logEntry.Exception is { } cause) text = $"{text} {cause}";
        textWriter.Write($"{time} {Word(logEntry.LogLevel)}: {logEntry.Category}: {OneLine(text)}\n");
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ");

    private static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
