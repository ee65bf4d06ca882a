using System.Collections.Immutable;

namespace Swarm.Images;

/// <summary>Where on the host the files of a container's root are.</summary>
/// <param name="Layers">Folders of the image's layers, top first.</param>
/// <param name="Upper">What the container changed.</param>
/// <param name="Work">Of the overlay's own.</param>
/// <param name="Root">Where all is seen as one, while it is mounted.</param>
public sealed record LayerPlaces(ImmutableArray<string> Layers, string Upper, string Work, string Root);
