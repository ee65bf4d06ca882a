using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Swarm.Api.Http;
using Swarm.Runtime;

namespace Swarm.Api.Tests;

/// <summary>What a request met with is answered, and logged where somebody has to look at it.</summary>
public sealed class ErrorAnswerTests
{
    [Fact]
    public async Task A_body_that_breaks_off_while_the_engine_reads_it_is_the_clients_fault()
    {
        var cut = new BadHttpRequestException("Unexpected end of request content.", 400);

        var (status, logged) = await AnswerAsync(new ContainerException(ContainerFault.Host, cut.Message, cut));

        Assert.Equal(400, status);
        Assert.Empty(logged);
    }

    [Fact]
    public async Task What_the_host_refuses_is_logged_in_one_line()
    {
        var (status, logged) = await AnswerAsync(new ApiException(500, "no quotas here"));

        Assert.Equal(500, status);
        var line = Assert.Single(logged);
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Null(line.Cause);
        Assert.Contains("no quotas here", line.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_nobody_expected_is_logged_whole()
    {
        var cause = new InvalidOperationException("a fault of the program");

        var (status, logged) = await AnswerAsync(cause);

        Assert.Equal(500, status);
        var line = Assert.Single(logged);
        Assert.Equal((LogLevel.Error, cause), (line.Level, line.Cause));
    }

    private static async Task<(int Status, List<Line> Logged)> AnswerAsync(Exception cause)
    {
        var context = new DefaultHttpContext { Response = { Body = new MemoryStream() } };
        var logger = new Heard();
        await new ErrorAnswers(logger).AnswerAsync(context, _ => throw cause);
        return (context.Response.StatusCode, logger.Lines);
    }

    private sealed record Line(LogLevel Level, string Text, Exception? Cause);

    private sealed class Heard : ILogger<ErrorAnswers>
    {
        public List<Line> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Lines.Add(new Line(logLevel, formatter(state, exception), exception));
    }
}
