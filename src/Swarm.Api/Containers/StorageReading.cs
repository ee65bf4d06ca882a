using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>The field <c>StorageOpt</c>: of its options there is the size of the writable layer alone.</summary>
internal static class StorageReading
{
    /// <returns>Zero: no limit.</returns>
    /// <exception cref="ApiException">An option that is not known, or no size; in Docker's words.</exception>
    public static Bytes SizeMax(JsonFields host)
    {
        var size = Bytes.Zero;
        foreach (var (name, value) in host.Texts("StorageOpt"))
        {
            if (!name.Equals("size", StringComparison.OrdinalIgnoreCase)) throw Invalid($"Unknown option {name}");
            size = SizeText.Parse(value) ?? throw Invalid($"invalid size: '{value}'");
        }

        return size;
    }

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}
