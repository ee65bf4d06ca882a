using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;

namespace Swarm.Images;

/// <summary>What the images of a host take of its disk, unpacked.</summary>
/// <param name="Layers">All layers, each counted once.</param>
/// <param name="Shared">Of each image, the layers that others have too.</param>
public sealed record ImageUse(Bytes Layers, ImmutableDictionary<Digest, Bytes> Shared);
