using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Http;

/// <summary>The version of the Docker Engine API in a path: <c>/v1.47/images/json</c> is <c>/images/json</c>.</summary>
internal static class ApiVersion
{
    public const string Newest = "1.50";

    public const string Oldest = "1.24";

    /// <summary>Whether a client speaks a version before this minor one of 1.</summary>
    public static bool IsBefore(HttpContext context, int minor) =>
        context.Items[typeof(ApiVersion)] is (int major, int asked) && (major, asked).CompareTo((1, minor)) < 0;

    /// <summary>Takes the version off the path, or refuses it.</summary>
    public static Task TakeOffAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value ?? "/";
        if (path is not ['/', 'v', >= '0' and <= '9', ..]) return next(context);

        var end = path.IndexOf('/', 1);
        var asked = end < 0 ? path[2..] : path[2..end];
        if (!TryParse(asked, out var version)) return next(context);
        if (version.CompareTo(Parse(Newest)) > 0)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                $"client version {asked} is too new. Maximum supported API version is {Newest}");
        }

        if (version.CompareTo(Parse(Oldest)) < 0)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                $"client version {asked} is too old. Minimum supported API version is {Oldest}");
        }

        context.Items[typeof(ApiVersion)] = version;
        context.Request.Path = end < 0 ? "/" : path[end..];
        return next(context);
    }

    private static (int Major, int Minor) Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException(text);

    private static bool TryParse(string text, out (int Major, int Minor) version)
    {
        version = default;
        return text.Split('.') is [var major, var minor]
            && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out version.Major)
            && int.TryParse(minor, NumberStyles.None, CultureInfo.InvariantCulture, out version.Minor);
    }
}
