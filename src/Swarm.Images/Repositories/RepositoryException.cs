namespace Swarm.Images.Repositories;

/// <summary>Why a repository of this node gave or took nothing; the message names what.</summary>
public sealed class RepositoryException(RepositoryFault fault, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public RepositoryFault Fault { get; } = fault;
}

/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes</remarks>
public enum RepositoryFault
{
    BlobUnknown,
    BlobUploadInvalid,
    BlobUploadUnknown,
    DigestInvalid,
    ManifestBlobUnknown,
    ManifestInvalid,
    ManifestUnknown,
    NameInvalid,
    NameUnknown,
    SizeInvalid,
    Unauthorized,
    Denied,
    Unsupported,

    /// <summary>Too many of something; later there may be room again.</summary>
    TooManyRequests,

    /// <summary>More bytes than are taken.</summary>
    TooLarge,

    /// <summary>A part that does not begin where the last one ended.</summary>
    RangeInvalid,

    /// <summary>The disk has no room for it.</summary>
    NoSpace,
}
