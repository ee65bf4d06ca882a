using System.Threading.Channels;
using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using Swarm.Wire;

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
    private readonly Channel<object> _asked = Channel.CreateUnbounded<object>();

    /// <param name="answer">What it says to a message; null says nothing.</param>
    public Contact(Func<object, object?> answer, Contact? seed = null)
    {
        _answer = answer;
        var configuration = Hocon.WithFallback(DistributedPubSub.DefaultConfig())
            .WithFallback(ClusterClientReceptionist.DefaultConfig());
        _system = ActorSystem.Create(
            "swarm", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(configuration)));
        var self = Akka.Cluster.Cluster.Get(_system);
        self.Join(seed is null ? self.SelfAddress : Akka.Cluster.Cluster.Get(seed._system).SelfAddress);
        Address = $"127.0.0.1:{self.SelfAddress.Port}";
        var gateway = _system.ActorOf(Props.Create(() => new AnsweringGateway(Say, _asked.Writer)), "gateway");
        ClusterClientReceptionist.Get(_system).RegisterService(gateway);
    }

    public string Address { get; }

    /// <summary>It hears, and says nothing.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Every message that clients sent here, in their order.</summary>
    public ChannelReader<object> Asked => _asked.Reader;

    public Task KillAsync() => _system.Terminate();

    public async ValueTask DisposeAsync() => await KillAsync();

    private object? Say(object message) => IsSilent ? null : _answer(message);
}
