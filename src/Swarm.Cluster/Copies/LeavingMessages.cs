using Akka.Actor;
using Swarm.Images.Collecting;

namespace Swarm.Cluster.Copies;

/// <summary>Remove an image of this node if enough other nodes have it. The answer is <see cref="ImageLetGo"/>.
/// </summary>
internal sealed record LetImageGo(IdleImage Image) : INoSerializationVerificationNeeded;

internal sealed record ImageLetGo(bool IsGone) : INoSerializationVerificationNeeded;
