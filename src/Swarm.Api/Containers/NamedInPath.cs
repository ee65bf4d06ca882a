using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Containers;

/// <summary>What the path of a request names.</summary>
internal static class NamedInPath
{
    /// <summary>The container, as its client names it.</summary>
    public static string NamedContainer(this HttpContext context) => (string)context.Request.RouteValues["id"]!;
}
