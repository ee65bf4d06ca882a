using Microsoft.AspNetCore.Http;
using Swarm.Api.Registry.Access;
using Swarm.Core.Images;

namespace Swarm.Api.Registry;

/// <summary>A request that is about a repository, by somebody who may.</summary>
/// <param name="Name">The repository as it was asked for, for what is answered.</param>
internal sealed record RegistryCall(HttpContext Context, string Name, ImageReference Repository, Asker Asker)
{
    public HttpRequest Request => Context.Request;

    public HttpResponse Response => Context.Response;

    public CancellationToken Aborted => Context.RequestAborted;

    public bool IsHead => HttpMethods.IsHead(Request.Method);

    /// <summary>Whether the client has just this already.</summary>
    public bool Has(string tag)
    {
        Response.Headers.ETag = tag;
        return Request.Headers.IfNoneMatch.ToString().Split(',').Any(one => one.Trim() == tag);
    }
}
