using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Swarm.Api.Http;
using Swarm.Api.Images;
using Swarm.Core.Images;
using Swarm.Images.Trees;
using Swarm.Runtime.Images;

namespace Swarm.Api.Containers;

/// <summary>Images made of what containers changed.</summary>
internal sealed class CommitRoutes(ContainerDesk desk, HostImages images, IImageNames names)
{
    public void Map(IEndpointRouteBuilder routes) => routes.MapPost("/commit", CommitAsync);

    private async Task CommitAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var shown = await desk.ShowAsync(query.Text("container"), context.RequestAborted);
        var asked = await JsonFields.ReadAsync(context.Request, context.RequestAborted);
        asked.RefuseZeros(); // a container of the image could not be started
        var name = NameOf(query.Text("repo"), query.Text("tag"));
        var configuration = ImageChanges.Apply(
            CommittedConfiguration.Of(shown, asked),
            query["changes"].SelectMany(change => (change ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        var (program, arguments) = ContainerDocument.CommandOf(shown);
        var commit = new ImageCommit(configuration with { Author = query.Text("author") })
        {
            Name = name,
            Comment = query.Text("comment"),
            CreatedBy = string.Join(' ', arguments.Prepend(program)),
        };
        // It stands still meanwhile unless its client says otherwise.
        var pause = !query.ContainsKey("pause") || QueryFlag.IsSet(query["pause"]);
        // It is made whether or not its client waits for it, as in Docker.
        var id = await desk.Engine.Files.CommitAsync(shown.State.Id, commit, pause, CancellationToken.None);
        desk.Engine.Events.Publish(
            shown.State, "commit", ("comment", commit.Comment), ("imageID", id.Value),
            ("imageRef", name?.Familiar ?? ""));
        if (name is not null)
        {
            images.TellTagged(id, name);
            // What the cluster does not keep at once is told it again.
            await names.NameAsync(name, id, CancellationToken.None);
        }

        await context.Response.WriteNodeAsync(
            StatusCodes.Status201Created, new JsonObject { ["Id"] = id.Value }, context.RequestAborted);
    }

    private static ImageReference? NameOf(string repository, string tag)
    {
        if (repository.Length == 0) return null;
        var text = tag.Length == 0 ? repository : $"{repository}:{tag}";
        return ImageReference.TryParse(text, out var name, out var error)
            ? name
            : throw new ApiException(StatusCodes.Status400BadRequest, error);
    }
}
