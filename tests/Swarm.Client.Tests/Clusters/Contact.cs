using System.Collections.Concurrent;
using System.Threading.Channels;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using Swarm.Wire;
using Swarm.Wire.Security;

namespace Swarm.Client.Tests.Clusters;

/// <summary>A member of a real cluster on loopback, whose gateway answers as the test says.</summary>
internal sealed class Contact : IAsyncDisposable
{
    // Ended without a farewell, as a host that dies.
    private static readonly Config Hocon = ConfigurationFactory.ParseString("""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          actor.provider = cluster
          coordinated-shutdown { exit-clr = off, run-by-clr-shutdown-hook = off, run-by-actor-system-terminate = off }
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
          cluster { gossip-interval = 100ms, leader-actions-interval = 100ms, periodic-tasks-initial-delay = 50ms }
        }
        """).WithFallback(WireConfiguration.Hocon);

    private readonly ActorSystem _system;
    private readonly Func<object, object?> _answer;
    private readonly RemoteSecurity? _security;
    private readonly Channel<object> _asked = Channel.CreateUnbounded<object>();

    private Contact(Func<object, object?> answer, TlsFiles? files)
    {
        _answer = answer;
        _security = files is null ? null : RemoteSecurity.Load(files, PeerRole.Server, TimeProvider.System);
        var configuration = Hocon.WithFallback(_security is null ? Config.Empty : RemoteSecurity.Hocon)
            .WithFallback(DistributedPubSub.DefaultConfig())
            .WithFallback(ClusterClientReceptionist.DefaultConfig());
        var setup = ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(configuration));
        if (_security is not null) setup = setup.And(_security.Setup((_, fault) => Refused.Enqueue(fault)));
        _system = ActorSystem.Create("swarm", setup);
        Address = $"127.0.0.1:{Akka.Cluster.Cluster.Get(_system).SelfAddress.Port}";
        var gateway = _system.ActorOf(Props.Create(() => new AnsweringGateway(Say, _asked.Writer)), "gateway");
        ClusterClientReceptionist.Get(_system).RegisterService(gateway);
    }

    public string Address { get; }

    /// <summary>It hears, and says nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Every message that clients sent here, in their order.</summary>
    public ChannelReader<object> Asked => _asked.Reader;

    /// <summary>Starts it, and waits until it is a member.</summary>
    /// <param name="answer">What it says to a message; null says nothing.</param>
    /// <param name="files">What it shows of itself; null speaks in the clear.</param>
    public static async Task<Contact> StartAsync(
        Func<object, object?> answer, Contact? seed = null, TlsFiles? files = null)
    {
        var contact = new Contact(answer, files);
        var cluster = Akka.Cluster.Cluster.Get(contact._system);
        await cluster.JoinAsync(Akka.Cluster.Cluster.Get((seed ?? contact)._system).SelfAddress);
        return contact;
    }

    /// <summary>Why it let others not in.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    public Task KillAsync() => _system.Terminate();

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _security?.Dispose();
    }

    private object? Say(object message) => IsSilent ? null : _answer(message);
}
