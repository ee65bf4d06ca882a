using Swarm.Core.Images;

namespace Swarm.Cluster.Services;

/// <summary>Finds the image that a name means.</summary>
/// <returns>Null when no node that can be reached has it.</returns>
public delegate Task<Digest?> FindImage(ImageReference name, CancellationToken cancellation);
