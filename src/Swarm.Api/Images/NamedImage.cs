using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Images;

namespace Swarm.Api.Images;

/// <summary>Names of images in requests. They hold slashes, so what follows a name is found by its end.</summary>
internal static class NamedImage
{
    /// <summary>Answers a request whose path is a name and one of these ends.</summary>
    public static Task AnswerAsync(
        HttpContext context, params ReadOnlySpan<(string End, Func<HttpContext, string, Task> Answer)> ways)
    {
        var rest = (string?)context.Request.RouteValues["rest"] ?? "";
        foreach (var (end, answer) in ways)
        {
            if (rest.Length > end.Length && rest.EndsWith(end, StringComparison.Ordinal))
                return answer(context, rest[..^end.Length]);
        }

        var (status, message) = UnknownRoutes.Explain(context.Request);
        throw new ApiException(status, message);
    }

    /// <param name="tag">A tag, or a digest; empty for the default.</param>
    /// <exception cref="ApiException">It is no name.</exception>
    public static ImageReference Parse(string repository, string tag)
    {
        var text = tag.Length == 0 ? repository
            : tag.StartsWith("sha256:", StringComparison.Ordinal) ? $"{repository}@{tag}"
            : $"{repository}:{tag}";
        return ImageReference.TryParse(text, out var name, out var error)
            ? name
            : throw Invalid(error);
    }

    /// <param name="error">What is wrong with a name.</param>
    public static ApiException Invalid(string error) =>
        new(StatusCodes.Status400BadRequest, $"invalid reference format: {error}");

    /// <summary>Whether a text names a repository and neither a tag nor a digest.</summary>
    public static bool IsBare(string text) => !text.Contains('@', StringComparison.Ordinal)
        && text.LastIndexOf(':') <= text.LastIndexOf('/');
}
