using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Swarm.Api.Http;

/// <summary>Paths of requests, as Docker's router takes them.</summary>
/// <remarks>https://github.com/gorilla/mux/blob/v1.8.1/mux.go</remarks>
internal static partial class CleanPath
{
    /// <summary>Reads a slash that is written as <c>%2F</c>, as in the name of an image, and sends who asks with two
    /// slashes side by side, as for the container <c>/web</c>, to the path that has one.</summary>
    public static Task TakeAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path.Value ?? "/";
        // The server decodes all but these, and those that were written as %252F look like them.
        if (!IsTwiceEncoded(context)) path = path.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (path.Contains("//", StringComparison.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status301MovedPermanently;
            context.Response.Headers.Location =
                new PathString(Slashes().Replace(path, "/")).ToUriComponent() + context.Request.QueryString;
            return Task.CompletedTask;
        }

        context.Request.Path = path;
        return next(context);
    }

    private static bool IsTwiceEncoded(HttpContext context) =>
        context.Features.Get<IHttpRequestFeature>()?.RawTarget
            .Contains("%252F", StringComparison.OrdinalIgnoreCase) ?? false;

    [GeneratedRegex("/{2,}")]
    private static partial Regex Slashes();
}
