using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Registry;
using Swarm.Runtime.Images;

namespace Swarm.Api.Images;

/// <summary>Images that come to this host, and leave it.</summary>
/// <remarks>Listed in docs/docker-api.md.</remarks>
internal sealed class TransferRoutes(HostImages images, IImageNames names, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/images/load", LoadAsync);
        routes.MapPost("/images/create", CreateAsync);
        routes.MapGet("/images/get", context => SaveAsync(
            context, [.. context.Request.Query["names"].OfType<string>().SelectMany(name => name.Split(','))]));
    }

    public Task SaveAsync(HttpContext context, string name) => SaveAsync(context, [name]);

    public async Task PushAsync(HttpContext context, string repository)
    {
        var credentials = RegistryHeader.Read(context.Request);
        var tag = context.Request.Query.Text("tag");
        var tags = tag.Length > 0 || !NamedImage.IsBare(repository)
            ? [NamedImage.Parse(repository, tag)]
            : TagsOf(NamedImage.Parse(repository, ""));
        if (tags.Length == 0 || images.Store.Find(tags[0].Familiar) is null)
        {
            throw new ApiException(
                StatusCodes.Status404NotFound, $"An image does not exist locally with the tag: {repository}");
        }

        var platform = PlatformQuery.Read(context, since: 46);
        foreach (var one in tags) PlatformQuery.Require(images.Store.Find(one.Familiar), one.Familiar, platform);
        var progress = new ProgressStream(context, time);
        await progress.RunAsync(async () =>
        {
            progress.Tell(new TransferStep("", $"The push refers to repository [{tags[0].Repository}]"));
            foreach (var one in tags)
            {
                var pushed = await images.PushAsync(one, credentials, progress.Tell, context.RequestAborted);
                progress.Write(new JsonObject
                {
                    ["progressDetail"] = new JsonObject(),
                    ["aux"] = new JsonObject
                    {
                        ["Tag"] = pushed.Tag,
                        ["Digest"] = pushed.Digest.Value,
                        ["Size"] = pushed.Size,
                    },
                });
            }
        });
    }

    private async Task LoadAsync(HttpContext context)
    {
        // Unless one is named, what of it is of other platforms is passed over: the choice is this host's.
        var loaded = await images.LoadAsync(
            context.Request.Body, PlatformQuery.Read(context), context.RequestAborted);
        var progress = new ProgressStream(context, time);
        await progress.RunAsync(async () =>
        {
            foreach (var image in loaded)
            {
                if (image.Names.IsEmpty) progress.Write(Line($"Loaded image ID: {image.Id}\n"));
                foreach (var name in image.Names)
                {
                    progress.Write(Line($"Loaded image: {name.Familiar}\n"));
                    await NameAsync(name, image.Id, progress, context.RequestAborted);
                }
            }
        });
    }

    private Task CreateAsync(HttpContext context) =>
        context.Request.Query.Text("fromImage") is { Length: > 0 } name
            ? PullAsync(context, name)
            : ImportAsync(context);

    private async Task PullAsync(HttpContext context, string repository)
    {
        var query = context.Request.Query;
        var tag = query.Text("tag");
        var name = NamedImage.Parse(repository, tag);
        var credentials = RegistryHeader.Read(context.Request);
        // Without a tag, all of them: clients that want one say which.
        var all = tag.Length == 0 && NamedImage.IsBare(repository);
        var progress = new ProgressStream(context, time);
        await progress.RunAsync(async () =>
        {
            var tags = all
                ? await images.Registries.ListTagsAsync(name, credentials, context.RequestAborted)
                : [];
            ImageReference[] wanted = all ? [.. tags.Select(one => NamedImage.Parse(repository, one))] : [name];
            foreach (var one in wanted)
            {
                var pulled = await images.PullAsync(
                    one, query.Text("platform"), credentials, progress.Tell, context.RequestAborted);
                if (one.Digest is null)
                    await NameAsync(one, pulled.Id, progress, context.RequestAborted, pulled.Given);
            }
        });
    }

    private async Task ImportAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var source = query.Text("fromSrc");
        var address = AddressOf(source);
        var repository = query.Text("repo");
        var name = repository.Length == 0 ? null : NamedImage.Parse(repository, query.Text("tag"));
        var platform = query.Text("platform");
        var configuration = ImageChanges.Apply(
            platform.Length == 0 ? new ImageConfiguration() : new ImageConfiguration().On(platform),
            query["changes"].SelectMany(change => (change ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        var isReproducible = QueryFlag.IsSet(query["reproducible"]);
        if (!isReproducible) configuration = configuration with { Created = time.GetUtcNow() };
        var comment = query.Text("message");
        if (comment.Length == 0 && !isReproducible) comment = $"Imported from {source}";
        var body = address is null
            ? await images.ImportAsync(context.Request.Body, name, configuration, comment, context.RequestAborted)
            : null;
        var progress = new ProgressStream(context, time);
        await progress.RunAsync(async () =>
        {
            var image = body ?? await images.ImportAsync(
                address!, name, configuration, comment, progress.Tell, context.RequestAborted);
            progress.Tell(new TransferStep("", image.Id.Value));
            if (name is not null) await NameAsync(name, image.Id, progress, context.RequestAborted);
        });
    }

    /// <returns>Null where the tar comes in the body.</returns>
    private static Uri? AddressOf(string source)
    {
        if (source == "-") return null;

        // As in Docker: what names no scheme is a host and a path.
        var text = source.Contains("://", StringComparison.Ordinal) ? source : $"http://{source}";
        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new ApiException(
                StatusCodes.Status400BadRequest, $"fromSrc must be -, or an address of http or https: '{source}'");
    }

    private Task SaveAsync(HttpContext context, string[] wanted)
    {
        if (wanted.Length == 0) throw new ApiException(StatusCodes.Status400BadRequest, "no image is named");
        // What cannot be read is told by the store.
        if (Array.Find(wanted, name => !IsHere(name)) is { } missing
            && images.Store.Warnings().IsEmpty)
        {
            throw MissingImage.Tell(missing);
        }

        var platform = PlatformQuery.Read(context);
        context.Response.ContentType = "application/x-tar";
        return images.SaveAsync(wanted, platform, context.Response.Body, context.RequestAborted);
    }

    private async Task NameAsync(
        ImageReference name, Digest image, ProgressStream progress, CancellationToken cancellation,
        Digest? manifest = null)
    {
        if (await names.NameAsync(name, image, manifest, cancellation) is not { } reason) return;
        progress.Tell(new TransferStep("", $"Warning: the cluster does not know the name yet: {reason}"));
    }

    /// <summary>Whether there is such an image, or any of such a repository.</summary>
    private bool IsHere(string wanted) => images.Store.Find(wanted) is not null
        || (NamedImage.IsBare(wanted) && ImageReference.TryParse(wanted, out var repository, out _)
            && TagsOf(repository).Length > 0);

    private ImageReference[] TagsOf(ImageReference repository) =>
    [
        .. images.Store.List()
            .SelectMany(image => image.Names)
            .Where(name => name.Tag is not null && name.Repository == repository.Repository)
            .OrderBy(name => name.Tag, StringComparer.Ordinal),
    ];

    private static JsonObject Line(string text) => new() { ["stream"] = text };
}
