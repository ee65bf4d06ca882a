namespace Swarm.Images.Blobs;

/// <summary>A blob that can be read while it comes.</summary>
internal interface IComingBlob
{
    /// <summary>All of it is here, and is what its name says; for ever, then. Before, what was read of it may be used
    /// for nothing that could not be undone.</summary>
    bool IsRight { get; }

    /// <summary>Reads it from its beginning, and waits for what is not here yet: for a thread that may wait.</summary>
    /// <exception cref="IOException">The rest does not come any more, or the disk does not give it; as when it is read.
    /// </exception>
    Stream Follow(CancellationToken cancellation);
}
