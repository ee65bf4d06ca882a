using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Configuration;
using Swarm.Wire;

namespace Swarm.Cli.Tests;

/// <summary>A cluster of one, over real remoting, whose gateway answers from memory.</summary>
public sealed class FakeGateway : IAsyncLifetime
{
    private static readonly Config Hocon = ConfigurationFactory.ParseString("""
        akka {
          loglevel = OFF
          stdout-loglevel = OFF
          actor.provider = cluster
          coordinated-shutdown { exit-clr = off, run-by-clr-shutdown-hook = off }
          remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
        }
        """).WithFallback(WireConfiguration.Hocon);

    private readonly ActorSystem _system;

    public FakeGateway()
    {
        var configuration = Hocon.WithFallback(DistributedPubSub.DefaultConfig())
            .WithFallback(ClusterClientReceptionist.DefaultConfig());
        _system = ActorSystem.Create(
            "swarm", ActorSystemSetup.Create(BootstrapSetup.Create().WithConfig(configuration)));
        var self = Akka.Cluster.Cluster.Get(_system);
        self.Join(self.SelfAddress);
        Contact = $"127.0.0.1:{self.SelfAddress.Port}";
        var services = _system.ActorOf(Props.Create(() => new FakeServices()), "gateway");
        ClusterClientReceptionist.Get(_system).RegisterService(services);
    }

    public string Contact { get; }

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _system.Terminate();
}
