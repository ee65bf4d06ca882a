namespace Swarm.Images.Registry;

/// <summary>Why a registry gave or took nothing, in words for whoever asked; the message names the registry.</summary>
public sealed class RegistryException(RegistryFault fault, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public RegistryFault Fault { get; } = fault;
}

public enum RegistryFault
{
    /// <summary>The registry has no such thing, or does not show it to whoever asked.</summary>
    NotFound,

    /// <summary>It wants to know who asks, or does not believe it.</summary>
    Unauthorized,

    /// <summary>It knows who asks, and refuses.</summary>
    Denied,

    /// <summary>It cannot be reached, or is not able to answer.</summary>
    Unavailable,

    /// <summary>What it gives is not what it should be.</summary>
    Invalid,

    /// <summary>It does not know how to do that.</summary>
    Unsupported,
}
