using Swarm.Core;
using Swarm.Linux.Users;

namespace Swarm.Images;

/// <summary>How a writable layer is made, where there is none yet, and mounted.</summary>
public sealed record WritableLayer
{
    public static WritableLayer Usual { get; } = new();

    /// <summary>For a container that is gone when the host is started again: nothing of what is made is brought to
    /// the disk.</summary>
    public static WritableLayer Passing { get; } = new() { Lasts = false };

    /// <summary>It is on the disk when it has been made.</summary>
    public bool Lasts { get; init; } = true;

    /// <summary>What it may take of the disk; zero: no limit.</summary>
    public Bytes SizeMax { get; init; }

    /// <summary>By which the root is shown, where it is not mounted yet; null shows owners as they are. On the disk
    /// they are the container's own in any case.</summary>
    public IdMap? Map { get; init; }
}
