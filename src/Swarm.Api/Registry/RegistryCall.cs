using Microsoft.AspNetCore.Http;
using Swarm.Api.Registry.Access;
using Swarm.Core.Images;

namespace Swarm.Api.Registry;

/// <summary>A request that is about a repository, by somebody who may.</summary>
/// <param name="Name">The repository as it was asked for, for what is answered.</param>
/// <param name="Registry">For which registry it was asked (<c>ns</c>); else empty.</param>
internal sealed record RegistryCall(
    HttpContext Context, string Name, string Registry, ImageReference Repository, Asker Asker)
{
    public HttpRequest Request => Context.Request;

    public HttpResponse Response => Context.Response;

    public CancellationToken Aborted => Context.RequestAborted;

    public bool IsHead => HttpMethods.IsHead(Request.Method);

    /// <summary>Whether the client has just this already.</summary>
    public bool Has(string tag)
    {
        Response.Headers.ETag = tag;
        return Request.Headers.IfNoneMatch.ToString().Split(',').Select(one => one.Trim())
            .Any(one => one == tag || one == "*" || one == $"W/{tag}");
    }

    /// <summary>Says where the rest of a list is: in the same registry.</summary>
    /// <param name="path">With its query.</param>
    public void LinkTo(string path) => Response.Headers.Link = Registry.Length == 0
        ? $"<{path}>; rel=\"next\""
        : $"<{path}&ns={Uri.EscapeDataString(Registry)}>; rel=\"next\"";
}
