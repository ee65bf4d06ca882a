using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Swarm.Daemon.Running;

/// <summary>Log lines on standard output, one each, with the time in UTC.</summary>
internal static class Logs
{
    public static ILoggerFactory Open(LogLevel level) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(level)
        .AddFilter("Microsoft", LogLevel.Warning)
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        }));
}
