namespace Swarm.Core.Images;

/// <summary>Where what a tag means is to be had besides the nodes that have it.</summary>
/// <remarks>In the order in which one is believed against the other.</remarks>
public enum ImageOrigin
{
    /// <summary>Nobody has said.</summary>
    Unknown = 0,

    /// <summary>Nowhere: it was loaded, built, committed, imported, or pushed to a node.</summary>
    Cluster = 1,

    /// <summary>At the registry of its name: it was pulled from there, or pushed to it.</summary>
    Registry = 2,
}
