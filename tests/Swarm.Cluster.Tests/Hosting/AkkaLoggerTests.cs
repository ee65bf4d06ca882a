using System.Security.Authentication;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Event;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.Logging;
using Swarm.Cluster.Hosting;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace Swarm.Cluster.Tests.Hosting;

public sealed class AkkaLoggerTests : TestKit
{
    private static readonly Levels Seen = new();

    public AkkaLoggerTests()
        : base(ActorSystemSetup.Create(new AkkaLogger.LoggersSetup(Seen)))
    {
        Seen.Written.Clear();
    }

    [Fact]
    public async Task The_end_of_a_client_is_no_error_and_that_of_a_node_is()
    {
        var logger = Sys.ActorOf(Props.Create(() => new AkkaLogger()));
        foreach (var name in (string[])["swarm-client", "swarm"])
        {
            var source = $"akka://swarm/system/endpoint-akka.tcp%3A%2F%2F{name}%40127.0.0.1%3A1";
            logger.Tell(new Error(null, source, typeof(object), "gone"));
        }

        await logger.GracefulStop(RemainingOrDefault, PoisonPill.Instance);

        Assert.Equal([LogLevel.Debug, LogLevel.Error], Seen.Written);
    }

    [Fact]
    public async Task What_heals_by_itself_and_is_said_again_and_again_is_said_once()
    {
        var logger = Sys.ActorOf(Props.Create(() => new AkkaLogger()));
        foreach (var source in (string[])["remoting", "remoting", "other", "akka://swarm/system/sharding/node"])
        {
            logger.Tell(new Warning(source, typeof(object), "waits"));
        }

        await logger.GracefulStop(RemainingOrDefault, PoisonPill.Instance);

        Assert.Equal([LogLevel.Warning, LogLevel.Warning, LogLevel.Debug], Seen.Written);
    }

    [Fact]
    public async Task A_handshake_that_failed_is_left_to_who_names_the_peer()
    {
        var logger = Sys.ActorOf(Props.Create(() => new AkkaLogger()));
        var refused = new AggregateException(new AuthenticationException("expired"));
        logger.Tell(new Error(refused, "TcpClientHandler (akka://swarm)", typeof(object), "TLS handshake failed"));
        logger.Tell(new Error(refused, "akka://swarm/user/x", typeof(object), "another"));

        await logger.GracefulStop(RemainingOrDefault, PoisonPill.Instance);

        Assert.Equal([LogLevel.Debug, LogLevel.Error], Seen.Written);
    }

    /// <summary>Keeps the levels of what is written.</summary>
    private sealed class Levels : ILoggerFactory, ILogger
    {
        public List<LogLevel> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            Written.Add(logLevel);
    }
}
