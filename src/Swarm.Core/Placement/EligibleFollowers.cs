using System.Collections.Immutable;
using Swarm.Core.Services;

namespace Swarm.Core.Placement;

/// <summary>The global services that ask on which nodes they shall have a task, and what each was told last.</summary>
internal sealed class EligibleFollowers
{
    /// <summary>A service that has not asked for so long is forgotten: it asks again every 20 s.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(60);

    private readonly Dictionary<ServiceName, Follower> _followers = [];

    public EligibleNodes Answer(
        GetEligibleNodes asked, ImmutableArray<NodeId> nodes, ImmutableArray<NodeId> awaited, DateTimeOffset now)
    {
        _followers[asked.Service] = new Follower(asked, nodes, awaited, now);
        return new EligibleNodes(asked.Service, nodes) { Question = asked, Awaited = awaited };
    }

    /// <summary>What is to be told to those for whom it is not any more as they were told.</summary>
    public ImmutableArray<EligibleNodes> Changed(
        Func<PlacementRules, ImmutableArray<NodeId>> eligible, ImmutableArray<NodeId> awaited, DateTimeOffset now)
    {
        var changed = ImmutableArray.CreateBuilder<EligibleNodes>();
        foreach (var (service, follower) in _followers.ToList())
        {
            if (follower.AskedAt <= now - KeptFor)
            {
                _followers.Remove(service);
                continue;
            }

            var nodes = eligible(follower.Question.Rules);
            if (nodes.SequenceEqual(follower.Told) && awaited.SequenceEqual(follower.Awaited)) continue;
            _followers[service] = follower with { Told = nodes, Awaited = awaited };
            changed.Add(new EligibleNodes(service, nodes) { Question = follower.Question, Awaited = awaited });
        }

        return changed.ToImmutable();
    }

    private sealed record Follower(
        GetEligibleNodes Question, ImmutableArray<NodeId> Told, ImmutableArray<NodeId> Awaited, DateTimeOffset AskedAt);
}
