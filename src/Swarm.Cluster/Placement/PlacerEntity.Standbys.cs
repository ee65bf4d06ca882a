using Akka.Actor;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Placement;

namespace Swarm.Cluster.Placement;

/// <content>Images that are brought ahead to where tasks would go if a node were lost.</content>
internal sealed partial class PlacerEntity
{
    // Behind each may be an image that goes over the network, and many services may be told at once.
    private static readonly TimeSpan FetchAheadEvery = TimeSpan.FromSeconds(2);

    private void Prepare(PrepareStandbys told)
    {
        _placer.Prepare(told, _time.GetUtcNow());
        if (!Timers.IsTimerActive("ahead")) FetchAhead();
    }

    private void FetchAhead()
    {
        if (_placer.NextAhead() is not { } next) return;
        LogFetchAhead(next.Node, next.Image, _pool);
        _others.Copies().Tell(next);
        Timers.StartSingleTimer("ahead", new FetchAheadDue(), FetchAheadEvery);
    }

    [LoggerMessage(
        LogLevel.Information,
        "Node {Node} was chosen to have image {Image} ahead: tasks would go there if another of pool {Pool} were lost")]
    private partial void LogFetchAhead(NodeId node, Digest image, string pool);

    private sealed record FetchAheadDue : INoSerializationVerificationNeeded;
}
