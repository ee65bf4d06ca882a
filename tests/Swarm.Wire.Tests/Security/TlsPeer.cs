using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Remote.Transport.DotNetty;
using Swarm.Wire.Security;

namespace Swarm.Wire.Tests.Security;

/// <summary>An actor system on the loopback that speaks TLS.</summary>
internal sealed class TlsPeer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly ActorSystem _system;

    private TlsPeer(Config security, Setup setup, int port, string name = "peer") => _system = ActorSystem.Create(
        name,
        ActorSystemSetup.Create(setup, BootstrapSetup.Create().WithConfig(security.WithFallback($$"""
            akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = remote
              coordinated-shutdown { exit-clr = off, run-by-clr-shutdown-hook = off }
              remote { retry-gate-closed-for = 100ms, dot-netty.tcp { hostname = "127.0.0.1", port = {{port}} } } }
            """))));

    /// <summary>The first that was refused, and why.</summary>
    public TaskCompletionSource<(string Who, string Why)> Refused { get; private init; } =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Address Address => ((ExtendedActorSystem)_system).Provider.DefaultAddress;

    public bool IsShuttingDown => CoordinatedShutdown.Get(_system).ShutdownReason is not null;

    public static TlsPeer Start(TlsFiles files, int port = 0)
    {
        var refused = new TaskCompletionSource<(string, string)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var security = RemoteSecurity.Load(files, PeerRole.Server, TimeProvider.System);
        return new TlsPeer(
            RemoteSecurity.Hocon, security.Setup((who, why) => refused.TrySetResult((who, why))), port)
        {
            Refused = refused,
        };
    }

    /// <summary>One that is no node.</summary>
    public static TlsPeer StartClient(TlsFiles files) => new(
        RemoteSecurity.Hocon,
        RemoteSecurity.Load(files, PeerRole.Client, TimeProvider.System).Setup((_, _) => { }),
        port: 0, RemoteSecurity.ClientSystem);

    /// <summary>One that shows this certificate and trusts everybody.</summary>
    public static TlsPeer StartBad(X509Certificate2 shown) => new(
        ConfigurationFactory.ParseString("akka.remote.dot-netty.tcp.enable-ssl = on"),
        new DotNettySslSetup(shown, suppressValidation: true), port: 0);

    public void Dial(Address address) =>
        _system.ActorSelection($"{address}/user/none").Tell(new Identify(1), ActorRefs.NoSender);

    /// <summary>Asks until the other has answered: what is lost on the way is asked again.</summary>
    public async Task ReachAsync(TlsPeer other)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                await _system.ActorSelection($"{other.Address}/system").Ask<ActorIdentity>(
                    new Identify(1), TimeSpan.FromSeconds(1));
                return;
            }
            catch (AskTimeoutException) when (!patience.IsCancellationRequested)
            {
                // Again, until the patience ends.
            }
        }
    }

    public async ValueTask DisposeAsync() => await _system.Terminate();
}
