using System.Text;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;

namespace Swarm.Api.Images;

/// <summary>The platform that a request names as JSON: <c>{"os":"linux","architecture":"arm64"}</c>.</summary>
internal static class PlatformQuery
{
    /// <summary>Clients before 1.48 may send it, and do not mean it.</summary>
    private const int Since = 48;

    /// <returns>As <c>linux/arm64</c>; null where none is named.</returns>
    /// <exception cref="ApiException">It is no platform, or there are several.</exception>
    public static string? Read(HttpContext context)
    {
        var named = context.Request.Query["platform"];
        if (ApiVersion.IsBefore(context, Since) || named.Count == 0) return null;
        if (named.Count > 1)
        {
            throw Invalid("multiple platform parameters are not supported in this API version; use API version 1.52 or "
                + "later");
        }

        var fields = JsonFields.Parse(Encoding.UTF8.GetBytes(named[0] ?? ""));
        var (system, architecture, variant) = (fields.Text("os"), fields.Text("architecture"), fields.Text("variant"));
        if (system.Length == 0 || architecture.Length == 0)
        {
            throw Invalid(system.Length + architecture.Length == 0 && variant.Length > 0
                ? "optional platform fields provided, but OS and Architecture are missing"
                : "both OS and Architecture must be provided");
        }

        return variant.Length == 0 ? $"{system}/{architecture}" : $"{system}/{architecture}/{variant}";
    }

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}
