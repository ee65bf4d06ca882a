using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Images;

namespace Swarm.Api.Images;

/// <summary>The platform that a request names as JSON: <c>{"os":"linux","architecture":"arm64"}</c>.</summary>
internal static class PlatformQuery
{
    /// <param name="since">The minor version of the interface from which on it is meant: older clients may send it.
    /// </param>
    /// <returns>As <c>linux/arm64</c>; null where none is named.</returns>
    /// <exception cref="ApiException">It is no platform, or there are several.</exception>
    public static string? Read(HttpContext context, int since = 48)
    {
        var named = context.Request.Query["platform"];
        if (ApiVersion.IsBefore(context, since) || named.Count == 0) return null;
        return named.Count == 1
            ? Parse(named[0])
            : throw Invalid("multiple platform parameters are not supported in this API version; use API version "
                + "1.52 or later");
    }

    /// <summary>Those for which an image is to be removed: <c>platforms</c>, from version 1.50 on.</summary>
    /// <returns>Each as <c>linux/arm64</c>.</returns>
    /// <exception cref="ApiException">One is no platform.</exception>
    public static ImmutableArray<string> ReadToRemove(HttpContext context) =>
        ApiVersion.IsBefore(context, 50) ? [] : [.. context.Request.Query["platforms"].Select(Parse)];

    /// <exception cref="ApiException">The image is for another one.</exception>
    public static void Require(StoredImage? image, string name, params IEnumerable<string?> platforms)
    {
        foreach (var platform in platforms.OfType<string>())
        {
            if (image?.IsFor(platform) ?? true) continue;
            throw new ApiException(
                StatusCodes.Status404NotFound,
                $"image with reference {name} was found but does not provide the specified platform ({platform}): "
                    + $"it is for {image.Platform}");
        }
    }

    private static string Parse(string? text)
    {
        var fields = JsonFields.Parse(Encoding.UTF8.GetBytes(text ?? ""));
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
