using Swarm.Core.Images;
using Swarm.Images.Blobs;

namespace Swarm.Images.Registry;

/// <summary>A blob that is to come to this host.</summary>
/// <param name="Of">What it is of, for people.</param>
internal sealed record WantedBlob(Digest Digest, long Size, string Of)
{
    /// <summary>As progress is told of it.</summary>
    public string ShortId => Digest.Hex[..12];

    public override string ToString() => $"blob {Digest} of {Of}";
}

/// <summary>Brings a blob into a file, whole and checked.</summary>
/// <param name="path">Where it may be made; it may be made elsewhere in the store, too.</param>
/// <param name="tell">Is told how many bytes are here.</param>
internal delegate Task<StagedBlob> BlobSource(string path, Action<long> tell, CancellationToken cancellation);
