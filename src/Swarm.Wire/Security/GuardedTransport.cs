using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Akka.Configuration;
using Akka.Remote.Transport;

namespace Swarm.Wire.Security;

/// <summary>Akka's own transport, kept from ending this process over the certificate of another.</summary>
/// <remarks>
/// Akka's transport shuts its actor system down when a peer that it dials shows a bad certificate: one host whose
/// certificate has expired would take all others down. So the transport is given an actor system of its own, which
/// holds nothing and whose shutdown does nothing; to the outside it is the same, and the connection is refused.
/// It also remembers what it dialled, so that a connection on which nobody reads any more can be ended:
/// see <see cref="HangUp"/>.
/// </remarks>
public sealed class GuardedTransport : Transport
{
    private const string Inner = "Akka.Remote.Transport.DotNetty.TcpTransport";

    private static readonly Config Harmless = ConfigurationFactory.ParseString("""
        akka {
          actor.provider = local
          extensions = []
          log-config-on-start = off
          coordinated-shutdown {
            terminate-actor-system = off
            exit-clr = off
            run-by-clr-shutdown-hook = off
            run-by-actor-system-terminate = off
          }
        }
        """);

    private readonly ConcurrentDictionary<string, AssociationHandle> _dialled = new(StringComparer.Ordinal);
    private readonly ActorSystem _shield;
    private readonly Transport _inner;

    /// <summary>Made by Akka, which finds it by its name in the configuration.</summary>
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicConstructors, Inner, "Akka.Remote")]
    public GuardedTransport(ActorSystem system, Config config)
    {
        ArgumentNullException.ThrowIfNull(system);
        System = system;
        Config = config;

        // The same name, for it is part of every address.
        _shield = ActorSystem.Create(system.Name, system.Settings.Setup.And(
            BootstrapSetup.Create().WithConfig(Harmless.WithFallback(system.Settings.Config))));
        var type = Type.GetType($"{Inner}, Akka.Remote", throwOnError: true)!;
        _inner = (Transport)Activator.CreateInstance(type, _shield, config)!;
    }

    /// <inheritdoc/>
    public override string SchemeIdentifier => _inner.SchemeIdentifier;

    /// <inheritdoc/>
    public override long MaximumPayloadBytes => _inner.MaximumPayloadBytes;

    /// <inheritdoc/>
    public override Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen() => _inner.Listen();

    /// <inheritdoc/>
    public override bool IsResponsibleFor(Address remote) => _inner.IsResponsibleFor(remote);

    /// <inheritdoc/>
    public override async Task<AssociationHandle> Associate(Address remoteAddress)
    {
        ArgumentNullException.ThrowIfNull(remoteAddress);
        var made = await _inner.Associate(remoteAddress);

        // Those of clients, which are called back at ever new addresses, are of no interest.
        if (remoteAddress.System == System.Name) _dialled[remoteAddress.HostPort()] = made;
        return made;
    }

    /// <inheritdoc/>
    public override Task<bool> ManagementCommand(object message)
    {
        if (message is not HangUp hangUp) return _inner.ManagementCommand(message);

        if (_dialled.TryRemove(hangUp.Peer.HostPort(), out var made))
            made.Disassociate("it may be that nobody reads from it", _shield.Log);
        return Task.FromResult(true);
    }

    /// <inheritdoc/>
    public override async Task<bool> Shutdown()
    {
        var ended = await _inner.Shutdown();
        await _shield.Terminate();
        return ended;
    }
}
