using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Swarm.Daemon.Running;

namespace Swarm.Daemon.Tests;

public sealed class LogLineTests
{
    [Fact]
    public void An_entry_is_one_line_with_time_level_who_and_what()
    {
        Assert.Matches(
            @"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: Swarm\.Some: Container c1 was removed\n$",
            Write(LogLevel.Information, "Container c1 was removed", cause: null));
    }

    [Fact]
    public void What_went_wrong_stands_in_the_line_of_the_entry()
    {
        var line = Write(LogLevel.Error, "It\nfailed", new InvalidOperationException("for\r\nno reason"));

        Assert.EndsWith(
            " fail: Swarm.Some: It failed System.InvalidOperationException: for no reason\n", line,
            StringComparison.Ordinal);
    }

    private static string Write(LogLevel level, string message, Exception? cause)
    {
        using var written = new StringWriter();
        new LogLine().Write(
            new LogEntry<string>(
                level, "Swarm.Some", new EventId(1929458206, "Log"), message, cause, (text, _) => text),
            scopeProvider: null, written);
        return written.ToString();
    }
}
