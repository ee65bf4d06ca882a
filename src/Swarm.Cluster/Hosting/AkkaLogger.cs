using System.Security.Authentication;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Dispatch;
using Akka.Event;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Swarm.Cluster.Hosting;

/// <summary>Writes what Akka itself logs to the process's own log, under the category <c>Akka</c>.</summary>
internal sealed partial class AkkaLogger : UntypedActor, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    private const int MostRemembered = 200;

    private static readonly TimeSpan RepeatAfter = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, DateTime> _said = new(StringComparer.Ordinal);
    private readonly ILogger _logger =
        (Context.System.Settings.Setup.Get<LoggersSetup>() is { HasValue: true } setup
            ? setup.Value.Loggers
            : NullLoggerFactory.Instance)
        .CreateLogger("Akka");

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger: Sender.Tell(new LoggerInitialized()); break;
            case LogEvent happened: Take(happened); break;
            default: Unhandled(message); break;
        }
    }

    private void Take(LogEvent happened)
    {
        var level = IsOrdinary(happened) ? Microsoft.Extensions.Logging.LogLevel.Debug : LevelOf(happened.LogLevel());
        if (_logger.IsEnabled(level) && !IsRepeated(happened))
            Log(level, happened.Cause, happened.LogSource, happened.Message);
    }

    // Clients come and go, and a command line goes without farewell: nothing of the cluster has failed. That a region
    // waits for its coordinator is said five times a second, whenever a node starts or a shard moves. And whoever is
    // refused for a certificate is named by RefusedPeers, without a stack.
    private static bool IsOrdinary(LogEvent happened) =>
        happened.LogSource.Contains("swarm-client%40", StringComparison.Ordinal)
        || (happened is Warning && happened.LogSource.Contains("/system/sharding/", StringComparison.Ordinal))
        || (happened is Error && happened.LogSource.StartsWith("Tcp", StringComparison.Ordinal)
            && happened.Cause is AggregateException or AuthenticationException);

    // A host that is gone is dialled every second, and so is a database, and each time that is said twice.
    private bool IsRepeated(LogEvent happened)
    {
        if (happened is not (Warning or Error)) return false;

        var now = happened.Timestamp;
        var text = happened.LogSource + happened.Message;
        if (_said.TryGetValue(text, out var before) && now - before < RepeatAfter) return true;

        if (_said.Count >= MostRemembered) _said.Clear();
        _said[text] = now;
        return false;
    }

    private static Microsoft.Extensions.Logging.LogLevel LevelOf(Akka.Event.LogLevel level) => level switch
    {
        Akka.Event.LogLevel.ErrorLevel => Microsoft.Extensions.Logging.LogLevel.Error,
        Akka.Event.LogLevel.WarningLevel => Microsoft.Extensions.Logging.LogLevel.Warning,
        Akka.Event.LogLevel.InfoLevel => Microsoft.Extensions.Logging.LogLevel.Information,
        _ => Microsoft.Extensions.Logging.LogLevel.Debug,
    };

    [LoggerMessage("{Source}: {Message}")]
    private partial void Log(
        Microsoft.Extensions.Logging.LogLevel level, Exception? cause, string source, object message);

    /// <summary>Hands the process's loggers to the actor, which Akka makes by its name.</summary>
    internal sealed class LoggersSetup(ILoggerFactory loggers) : Setup
    {
        public ILoggerFactory Loggers { get; } = loggers;
    }
}
