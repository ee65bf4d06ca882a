using System.Collections.Immutable;
using System.CommandLine;
using System.Text.Json.Nodes;
using Swarm.Cli.Output;
using Swarm.Core.Images;

namespace Swarm.Cli.Commands;

/// <summary><c>swarm image</c>: the images of the node whose socket it is, and of its cluster.</summary>
internal static class ImageCommands
{
    private static readonly Argument<string> Archive = new("FILE") { Description = "A file, or - for standard input." };
    private static readonly Argument<string> Name = new("IMAGE") { Description = "As NAME:TAG." };
    private static readonly Argument<string[]> Names =
        new("IMAGE") { Description = "Names or ids.", Arity = ArgumentArity.OneOrMore };
    private static readonly Option<bool> Here = new("--here") { Description = "Those of this node alone." };
    private static readonly Option<bool> Digests =
        new("--digests") { Description = "With the digests by which registries have them, or they were pushed." };

    private static readonly Option<bool> Force = new("--force") { Description = "Also when it has several names." };

    public static Command Build(SharedOptions shared, Examples examples)
    {
        var load = new Command("load", "Load an archive of docker save, or an OCI archive.") { Archive };
        load.SetAction(async (parsed, cancellation) =>
        {
            using var client = shared.ConnectImages(parsed);
            await using var body = Open(parsed.GetValue(Archive)!, shared.Surroundings);
            return Tell(shared.Printer(parsed), "loaded", await client.LoadAsync(body, cancellation));
        });
        examples.Add(load, "swarm image load image.tar", "docker save web:1 | swarm image load -");

        var import = new Command("import", "Make an image of a root file system, a tar.") { Archive, Name };
        import.SetAction(async (parsed, cancellation) =>
        {
            if (!ImageReference.TryParse(parsed.GetValue(Name)!, out var name, out var problem))
                throw new FormatException(problem);
            using var client = shared.ConnectImages(parsed);
            await using var body = Open(parsed.GetValue(Archive)!, shared.Surroundings);
            var repository = (name! with { Tag = null, Digest = null }).Familiar;
            return Tell(shared.Printer(parsed), "imported",
                await client.ImportAsync(body, repository, name!.Tag ?? "latest", cancellation));
        });
        examples.Add(import, "swarm image import rootfs.tar hello:latest");

        var remove = new Command("rm", "Remove images.") { Names, Force };
        remove.SetAction(async (parsed, cancellation) =>
        {
            using var client = shared.ConnectImages(parsed);
            var lines = ImmutableArray.CreateBuilder<string>();
            foreach (var name in parsed.GetValue(Names)!)
                lines.AddRange(await client.RemoveAsync(name, parsed.GetValue(Force), cancellation));
            return Tell(shared.Printer(parsed), "removed", lines.ToImmutable());
        });
        examples.Add(remove, "swarm image rm hello:latest");
        return new Command("image", "Load, import and remove images on this node; list those of the cluster.")
        {
            load, import, List(shared, examples), remove
        };
    }

    private static Command List(SharedOptions shared, Examples examples)
    {
        var list = new Command("ls", "List the images of the cluster.") { Here, Digests };
        list.SetAction(async (parsed, cancellation) =>
        {
            using var client = shared.ConnectImages(parsed);
            var images = parsed.GetValue(Here)
                ? await client.ListAsync(cancellation)
                : await client.ListAllAsync(cancellation);
            var printer = shared.Printer(parsed);
            if (parsed.GetValue(Digests))
                printer.Rows(ImageViews.WithDigests, images, ImageViews.RowWithDigests, ImageViews.Json);
            else printer.Rows(ImageViews.Columns, images, ImageViews.Row, ImageViews.Json);
            foreach (var warning in await client.GetWarningsAsync(cancellation)) printer.Warn(warning);
            return ExitCode.Ok;
        });
        examples.Add(list, "swarm image ls", "swarm image ls --digests", "swarm image ls --here --json");
        return list;
    }

    private static int Tell(Printer printer, string what, ImmutableArray<string> lines)
    {
        if (printer.IsJson)
            printer.Json(new JsonObject { [what] = new JsonArray([.. lines.Select(line => JsonValue.Create(line))]) });
        foreach (var line in lines) printer.Say(line);
        return ExitCode.Ok;
    }

    private static Stream Open(string path, Surroundings surroundings)
    {
        if (path == "-") return surroundings.Input();
        return File.Exists(path) ? File.OpenRead(path)
            : throw new FormatException(Directory.Exists(path)
                ? $"{path}: is a folder; make a tar of it" : $"{path}: there is no such file");
    }
}
