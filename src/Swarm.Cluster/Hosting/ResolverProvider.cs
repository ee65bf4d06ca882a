using Akka.Actor;
using Akka.Cluster;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Swarm.Cluster.Hosting;

/// <summary>Lets Akka start <see cref="ResolverActor"/> in the place of its own split brain resolver, which shuts out
/// both ends of a link that only these two miss.</summary>
/// <remarks>Made by Akka, which finds it by its name in the configuration.</remarks>
public sealed class ResolverProvider(ActorSystem system, Akka.Cluster.Cluster cluster) : IDowningProvider
{
    internal const string StableAfter = "akka.cluster.split-brain-resolver.stable-after";

    private const string Detector = "akka.cluster.failure-detector.";

    /// <inheritdoc/>
    public TimeSpan DownRemovalMargin =>
        system.Settings.Config.GetTimeSpan("akka.cluster.down-removal-margin", TimeSpan.FromMilliseconds(1));

    /// <inheritdoc/>
    public Props DowningActorProps
    {
        get
        {
            var config = system.Settings.Config;
            var stableAfter = config.GetTimeSpan(StableAfter);

            // As long as heartbeats may be missing: who stands still for less is missed by nobody.
            var wordHolds = config.GetTimeSpan($"{Detector}heartbeat-interval")
                + config.GetTimeSpan($"{Detector}acceptable-heartbeat-pause");
            var loggers = system.Settings.Setup.Get<AkkaLogger.LoggersSetup>() is { HasValue: true } setup
                ? setup.Value.Loggers
                : NullLoggerFactory.Instance;
            return Props.Create(() => new ResolverActor(
                cluster, stableAfter, wordHolds, TimeProvider.System, loggers.CreateLogger<ResolverActor>()));
        }
    }
}
