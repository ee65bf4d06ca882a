using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Swarm.Api.Http;
using Swarm.Api.Images;
using Swarm.Api.Registry.Access;
using Swarm.Api.Web;
using Swarm.Images.Repositories;
using Swarm.Runtime.Images;

namespace Swarm.Api.Registry;

/// <summary>The distribution API: images for docker, podman, skopeo, and whoever speaks it.</summary>
/// <remarks>What is served, to whom, and what is not: docs/registry.md.</remarks>
public sealed class NodeRegistryRoutes : IWebRoutes
{
    private const string Root = "/v2/";

    private readonly RegistryAccess _access;
    private readonly TokenAnswers _tokens;
    private readonly BlobAnswers _blobs;
    private readonly UploadAnswers _uploads;
    private readonly ManifestAnswers _manifests;
    private readonly ListAnswers _lists;

    public NodeRegistryRoutes(
        HostRegistry registry, IImageNames names, RegistryAccessOptions options, TimeProvider time,
        ILoggerFactory logs)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(options);
        var tokens = new RegistryTokens(registry.Repositories.Secret, time);
        _access = new RegistryAccess(
            options, new RegistryUsers(options.UsersFile, time, logs.CreateLogger<RegistryUsers>()), tokens);
        _tokens = new TokenAnswers(_access, tokens, time);
        _blobs = new BlobAnswers(registry.Repositories);
        _uploads = new UploadAnswers(registry.Repositories, _access);
        _manifests = new ManifestAnswers(registry, names);
        _lists = new ListAnswers(registry.Repositories, _access);
    }

    /// <inheritdoc/>
    public void Map(IEndpointRouteBuilder routes) => routes.Map("/v2/{**rest}", AnswerAsync);

    private async Task AnswerAsync(HttpContext context)
    {
        // Not the route's value: that is decoded twice.
        var text = context.Request.Path.Value ?? "";
        var path = RegistryPath.Read(text.Length > Root.Length ? text[Root.Length..] : "");
        context.Response.Headers["Docker-Distribution-Api-Version"] = "registry/2.0";
        try
        {
            await RouteAsync(context, path);
        }
#pragma warning disable CA1031 // What is not for clients goes on to the edge.
        catch (Exception failure) when (RegistryErrors.Of(failure) is { } refused && !context.Response.HasStarted)
#pragma warning restore CA1031
        {
            if (refused.Fault == RepositoryFault.Unsupported) ShowWhatCanBeDone(context, path);
            await RegistryErrors.WriteAsync(context, refused);
        }
        finally
        {
            RequestFigures.Count(path, context.Request.Method, context.Response.StatusCode);
        }
    }

    private async Task RouteAsync(HttpContext context, RegistryPath? path)
    {
        switch (path, context.Request.Method)
        {
            case (RegistryPath.Token, "GET"):
                await _tokens.AnswerAsync(context);
                break;
            case (RegistryPath.Root, "GET" or "HEAD"):
                await GreetAsync(context, await _access.IdentifyAsync(context));
                break;
            case (RegistryPath.Catalog, "GET" or "HEAD"):
                await _lists.CatalogAsync(context, await _access.IdentifyAsync(context));
                break;
            case (RegistryPath.InRepository found, var method):
                await AnswerAsync(context, found, method);
                break;
            case (null, _):
                throw new RepositoryException(RepositoryFault.NameInvalid, "a registry has nothing by this path");
            default:
                throw Unsupported(context);
        }
    }

    private Task GreetAsync(HttpContext context, Asker asker) => asker.IsGreeted
        ? context.Response.WriteNodeAsync(StatusCodes.Status200OK, new JsonObject(), context.RequestAborted)
        : throw _access.Refuse(context, "", "it has to be known who asks");

    private async Task AnswerAsync(HttpContext context, RegistryPath.InRepository found, string method)
    {
        var action = (found, method) switch
        {
            (RegistryPath.Uploads or RegistryPath.Upload, _) => RegistryActions.Push,
            (_, "PUT") => RegistryActions.Push,
            (_, "DELETE") => RegistryActions.Delete,
            _ => RegistryActions.Pull,
        };
        // Proxies of clients say for which registry they ask; nothing is pushed to another one.
        var registry = action == RegistryActions.Pull ? context.Request.Query["ns"].ToString() : "";
        var repository = RepositoryNames.Parse(found.Name, registry);
        var asker = await _access.IdentifyAsync(context);
        _access.Require(
            context, asker, action, registry.Length == 0 ? found.Name : repository.Repository, repository);
        if (registry.Length > 0) context.Response.Headers["OCI-Namespace"] = registry;
        await AnswerAsync(new RegistryCall(context, found.Name, registry, repository, asker), found, method);
    }

    private Task AnswerAsync(RegistryCall call, RegistryPath.InRepository found, string method) =>
        (found, method) switch
        {
            (RegistryPath.Blob blob, "GET" or "HEAD") => _blobs.GetAsync(
                call, RepositoryNames.Digest(blob.Digest, RepositoryFault.BlobUnknown)),
            (RegistryPath.Blob blob, "DELETE") => _blobs.Delete(
                call, RepositoryNames.Digest(blob.Digest, RepositoryFault.BlobUnknown)),
            (RegistryPath.Uploads, "POST") => _uploads.BeginAsync(call),
            (RegistryPath.Upload upload, "GET" or "HEAD") => _uploads.Show(call, upload.Id),
            (RegistryPath.Upload upload, "PATCH") => _uploads.PatchAsync(call, upload.Id),
            (RegistryPath.Upload upload, "PUT") => _uploads.FinishAsync(call, upload.Id),
            (RegistryPath.Upload upload, "DELETE") => _uploads.Cancel(call, upload.Id),
            (RegistryPath.Manifest manifest, "GET" or "HEAD") => _manifests.GetAsync(call, manifest.Reference),
            (RegistryPath.Manifest manifest, "PUT") => _manifests.PutAsync(call, manifest.Reference),
            (RegistryPath.Manifest manifest, "DELETE") => _manifests.DeleteAsync(call, manifest.Reference),
            (RegistryPath.Tags, "GET" or "HEAD") => _lists.TagsAsync(call),
            (RegistryPath.Referrers referrers, "GET" or "HEAD") =>
                _lists.ReferrersAsync(call, RepositoryNames.AnyDigest(referrers.Digest)),
            _ => throw Unsupported(call.Context),
        };

    // https://www.rfc-editor.org/rfc/rfc9110#section-15.5.6
    private static void ShowWhatCanBeDone(HttpContext context, RegistryPath? path)
    {
        string[] methods = path switch
        {
            RegistryPath.Blob => ["GET", "HEAD", "DELETE"],
            RegistryPath.Manifest => ["GET", "HEAD", "PUT", "DELETE"],
            RegistryPath.Upload => ["GET", "HEAD", "PATCH", "PUT", "DELETE"],
            RegistryPath.Uploads => ["POST"],
            RegistryPath.Token => ["GET"],
            _ => ["GET", "HEAD"],
        };
        context.Response.Headers.Allow = string.Join(", ", methods.Where(one => one != context.Request.Method));
    }

    private static RepositoryException Unsupported(HttpContext context) => new(
        RepositoryFault.Unsupported, $"{context.Request.Method} is not for {context.Request.Path}");
}
