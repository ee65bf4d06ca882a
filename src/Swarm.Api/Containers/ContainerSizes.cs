using Swarm.Core;

namespace Swarm.Api.Containers;

/// <summary>What a container takes of the disk.</summary>
/// <param name="Own">Its writable layer.</param>
/// <param name="Whole">That, and its image.</param>
internal sealed record ContainerSizes(Bytes Own, Bytes Whole);
