using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;

namespace Swarm.Images.Builds;

/// <summary>What was done to an image in a build, so that it need not be done again.</summary>
/// <param name="Key">All that the result depends on: the instruction, and the digest of what it copies.</param>
public sealed record BuildStep(Digest Parent, string Key);

/// <summary>What was removed of the steps of former builds.</summary>
/// <param name="Freed">Bytes of layers and blobs that are gone.</param>
public sealed record StepRemoval(ImmutableArray<Digest> Deleted, Bytes Freed);
