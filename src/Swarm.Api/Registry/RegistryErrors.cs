using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Images.Repositories;
using Swarm.Linux;

namespace Swarm.Api.Registry;

/// <summary>Errors as the distribution spec has them.</summary>
/// <remarks>https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes</remarks>
internal static class RegistryErrors
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);

    /// <summary>What a failure is to a client of a registry; null where it is nothing that can be told.</summary>
    public static RepositoryException? Of(Exception failure) => failure switch
    {
        RepositoryException refused => refused,
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } large =>
            new RepositoryException(RepositoryFault.TooLarge, large.Message, large),
        BadHttpRequestException bad => new RepositoryException(RepositoryFault.BlobUploadInvalid, bad.Message, bad),
        LinuxException { Number: Errno.ENOSPC } full =>
            new RepositoryException(RepositoryFault.NoSpace, full.Message, full),
        IOException io when IsFull(io) => new RepositoryException(RepositoryFault.NoSpace, io.Message, io),
        _ => null,
    };

    public static async Task WriteAsync(HttpContext context, RepositoryException refused)
    {
        if (refused.Fault == RepositoryFault.TooManyRequests)
            context.Response.Headers.RetryAfter = RetryAfter.TotalSeconds.ToString("0");
        await context.Response.WriteNodeAsync(
            StatusOf(refused.Fault),
            new JsonObject
            {
                ["errors"] = new JsonArray(
                    new JsonObject { ["code"] = CodeOf(refused.Fault), ["message"] = refused.Message }),
            },
            CancellationToken.None);
    }

    public static int StatusOf(RepositoryFault fault) => fault switch
    {
        RepositoryFault.BlobUnknown or RepositoryFault.BlobUploadUnknown or RepositoryFault.ManifestBlobUnknown
            or RepositoryFault.ManifestUnknown or RepositoryFault.NameUnknown => StatusCodes.Status404NotFound,
        RepositoryFault.Unauthorized => StatusCodes.Status401Unauthorized,
        RepositoryFault.Denied => StatusCodes.Status403Forbidden,
        RepositoryFault.Unsupported => StatusCodes.Status405MethodNotAllowed,
        RepositoryFault.TooLarge => StatusCodes.Status413PayloadTooLarge,
        RepositoryFault.RangeInvalid => StatusCodes.Status416RangeNotSatisfiable,
        RepositoryFault.TooManyRequests => StatusCodes.Status429TooManyRequests,
        RepositoryFault.NoSpace => StatusCodes.Status507InsufficientStorage,
        _ => StatusCodes.Status400BadRequest,
    };

    public static string CodeOf(RepositoryFault fault) => fault switch
    {
        RepositoryFault.BlobUnknown => "BLOB_UNKNOWN",
        RepositoryFault.BlobUploadUnknown => "BLOB_UPLOAD_UNKNOWN",
        RepositoryFault.DigestInvalid => "DIGEST_INVALID",
        RepositoryFault.ManifestBlobUnknown => "MANIFEST_BLOB_UNKNOWN",
        RepositoryFault.ManifestInvalid => "MANIFEST_INVALID",
        RepositoryFault.ManifestUnknown => "MANIFEST_UNKNOWN",
        RepositoryFault.NameInvalid => "NAME_INVALID",
        RepositoryFault.NameUnknown => "NAME_UNKNOWN",
        RepositoryFault.SizeInvalid or RepositoryFault.TooLarge => "SIZE_INVALID",
        RepositoryFault.Unauthorized => "UNAUTHORIZED",
        RepositoryFault.Denied => "DENIED",
        RepositoryFault.Unsupported => "UNSUPPORTED",
        RepositoryFault.TooManyRequests => "TOOMANYREQUESTS",
        _ => "BLOB_UPLOAD_INVALID",
    };

    // What .NET calls the result is the number of the system's error.
    private static bool IsFull(IOException failure) => failure.HResult == Errno.ENOSPC;
}
