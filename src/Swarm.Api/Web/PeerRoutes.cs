using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Core.Images;
using Swarm.Images.Peers;
using Swarm.Linux.Networking;

namespace Swarm.Api.Web;

/// <summary>What nodes give to each other: images, manifests, and the pieces of blobs.</summary>
/// <remarks>Told in docs/replication.md.</remarks>
/// <param name="byCertificate">Whether nodes show certificates; else they are all on this host.</param>
public sealed class PeerRoutes(SharedBlobs shared, bool byCertificate) : IWebRoutes
{
    private readonly PeerAccess _access = new(byCertificate);

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/peer/images", _access.Only(ListAsync));
        routes.MapGet("/peer/images/{digest}", _access.Only(FindAsync));
        routes.MapGet("/peer/manifests/{digest}", _access.Only(FindManifestAsync));
        routes.MapGet("/peer/blobs/{digest}", _access.Only(DescribeAsync));
        routes.MapPost("/peer/blobs/{digest}/doubt", _access.Only(DoubtAsync));
        routes.MapGet("/peer/blobs/{digest}/pieces/{piece:int}", _access.Only(SendAsync));
    }

    private Task ListAsync(HttpContext context)
    {
        Digest? known = Digest.TryParse(context.Request.Query["digest"], out var digest) ? digest : null;
        return AnswerAsync(context, [.. shared.ListImages(known)], PeerJson.Default.ImageOfferArray);
    }

    private Task FindAsync(HttpContext context) => AnswerAsync(
        context, DigestOf(context) is { } id ? shared.FindImage(id) : null, PeerJson.Default.ImageOffer);

    private Task FindManifestAsync(HttpContext context) => AnswerAsync(
        context,
        DigestOf(context) is { } digest
            && ImageReference.TryParse(context.Request.Query["repository"].ToString(), out var repository, out _)
            ? shared.FindManifest(repository, digest)
            : null,
        PeerJson.Default.ManifestOffer);

    private async Task DescribeAsync(HttpContext context)
    {
        var withSums = context.Request.Query["sums"] != "0";
        var offer = DigestOf(context) is { } digest
            ? await shared.DescribeAsync(digest, withSums, context.RequestAborted)
            : null;
        await AnswerAsync(context, offer, PeerJson.Default.BlobOffer);
    }

    private async Task DoubtAsync(HttpContext context)
    {
        if (DigestOf(context) is { } digest) await shared.DoubtAsync(digest, context.RequestAborted);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    // Who asks for pieces has a connection that is for them: what goes over it gives way to all else.
    private async Task SendAsync(HttpContext context)
    {
        if (context.Features.Get<IConnectionSocketFeature>() is { } connection) BulkSocket.Mark(connection.Socket);
        var piece = int.Parse((string)context.Request.RouteValues["piece"]!, provider: null);
        using var opened = DigestOf(context) is { } digest ? shared.OpenPiece(digest, piece) : null;
        if (opened is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = opened.Length;
        await context.Response.StartAsync(context.RequestAborted); // before that, its memory is not the connection's
        await opened.CopyToAsync(context.Response.BodyWriter, context.RequestAborted);
    }

    private static Digest? DigestOf(HttpContext context) =>
        Digest.TryParse(context.Request.RouteValues["digest"] as string, out var digest) ? digest : null;

    private static async Task AnswerAsync<T>(HttpContext context, T? answer, JsonTypeInfo<T> type)
        where T : class
    {
        if (answer is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var content = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = content.Length;
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }
}
