using Microsoft.Extensions.Primitives;

namespace Swarm.Api.Http;

/// <summary>A truth value in a query, as Docker reads it: everything but the ways to say no.</summary>
internal static class QueryFlag
{
    public static bool IsSet(StringValues value) =>
        QueryText.First(value).Trim().ToUpperInvariant() is not ("" or "0" or "NO" or "FALSE" or "NONE");
}
