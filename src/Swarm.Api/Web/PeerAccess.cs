using System.Net;
using Microsoft.AspNetCore.Http;

namespace Swarm.Api.Web;

/// <summary>Who may have what is for nodes of this cluster only.</summary>
/// <param name="byCertificate">Whoever has shown one of this cluster's certificates: all others were refused before.
/// Without certificates, who is on this host, to which such a node keeps.</param>
internal sealed class PeerAccess(bool byCertificate)
{
    public bool IsPeer(HttpContext context) => byCertificate
        ? context.Connection.ClientCertificate is not null
        : context.Connection.RemoteIpAddress is { } from && IPAddress.IsLoopback(from);

    /// <summary>Answers who is no peer that he may not.</summary>
    public RequestDelegate Only(RequestDelegate answer) => context =>
    {
        if (IsPeer(context)) return answer(context);
        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("this is for nodes of the cluster: show a certificate of it\n");
    };
}
