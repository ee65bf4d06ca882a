using Microsoft.Extensions.Logging;

namespace Swarm.Daemon.Running;

/// <summary>Log lines on standard output, one each, with the time in UTC.</summary>
internal static class Logs
{
    public static ILoggerFactory Open(LogLevel level) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(level)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddConsole(console => console.FormatterName = LogLine.Format)
        .AddConsoleFormatter<LogLine, Microsoft.Extensions.Logging.Console.ConsoleFormatterOptions>());
}
