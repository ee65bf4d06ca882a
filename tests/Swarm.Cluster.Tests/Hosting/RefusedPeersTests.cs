using Microsoft.Extensions.Logging;
using Swarm.Cluster.Hosting;

namespace Swarm.Cluster.Tests.Hosting;

public sealed class RefusedPeersTests
{
    [Fact]
    public void A_peer_that_tries_again_and_again_is_named_once_for_each_reason()
    {
        using var written = new Written();
        var peers = new RefusedPeers(TimeProvider.System, written);

        peers.Tell("10.0.0.4:1001", "expired");
        peers.Tell("10.0.0.4:1002", "expired");
        peers.Tell("10.0.0.4:1003", "of another authority");
        peers.Tell("[fd00::1]:1001", "expired");

        Assert.Equal(
            [
                "Refused 10.0.0.4:1001: expired", "Refused 10.0.0.4:1003: of another authority",
                "Refused [fd00::1]:1001: expired",
            ],
            written.Lines);
    }

    private sealed class Written : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

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
            Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
    }
}
