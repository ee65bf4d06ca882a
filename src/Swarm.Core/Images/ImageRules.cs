using System.Collections.Immutable;
using System.Diagnostics;

namespace Swarm.Core.Images;

/// <summary>How the names of a repository change: pure decisions, from a state and a command to an event.</summary>
public static class ImageRules
{
    private const int RequestsKept = 32;

    // Nodes come and go: of those that said that they have an image the last are known.
    private const int HoldersKept = 256;

    /// <summary>Null when the request was carried out before, or the tag means that already, and the holder, where it
    /// is from and by which manifest it was given are known.</summary>
    public static ImageEvent? Name(ImageRepository repository, NameImage command)
    {
        if (repository.Requests.Contains(command.Request)) return null;

        return repository.Tags.TryGetValue(command.Tag, out var tag) && tag.ImageId == command.ImageId
            && tag.Holders.Contains(command.Holder) && tag.Origin >= command.Origin
            && (command.Manifest is null || command.Manifest == tag.Manifest)
            ? null
            : new ImageEvent.TagNamed(command.Request, command.Tag, command.ImageId, command.Holder)
            {
                Origin = command.Origin,
                Manifest = command.Manifest,
            };
    }

    /// <summary>Null when the request was carried out before, or the tag means nothing, or something else than what is
    /// taken away.</summary>
    public static ImageEvent? Unname(ImageRepository repository, UnnameImage command) =>
        repository.Requests.Contains(command.Request) || !repository.Tags.TryGetValue(command.Tag, out var tag)
        || (command.ImageId is { } meant && meant != tag.ImageId)
            ? null
            : new ImageEvent.TagRemoved(command.Request, command.Tag);

    public static ImageMeaning Meaning(ImageRepository repository, string tag) =>
        repository.Tags.TryGetValue(tag, out var known)
            ? new ImageMeaning(repository.Name, tag, known.ImageId, known.Holders)
            {
                Origin = known.Origin,
                Manifest = known.Manifest,
            }
            : new ImageMeaning(repository.Name, tag, null, []);

    public static ImageRepository Apply(ImageRepository repository, ImageEvent happened) => happened switch
    {
        ImageEvent.TagNamed named => repository with
        {
            Tags = repository.Tags.SetItem(named.Tag, After(repository.Tags.GetValueOrDefault(named.Tag), named)),
            Requests = Keep(repository.Requests, named.Request),
        },
        ImageEvent.TagRemoved removed => repository with
        {
            Tags = repository.Tags.Remove(removed.Tag),
            Requests = Keep(repository.Requests, removed.Request),
        },
        _ => throw new UnreachableException($"no way to apply {happened}"),
    };

    // Holders of what the tag meant before do not have what it means now, nor is that where the other was, or came by
    // the same manifest.
    private static ImageTag After(ImageTag? before, ImageEvent.TagNamed named) =>
        before is null || before.ImageId != named.ImageId
            ? new ImageTag(named.ImageId, [named.Holder]) { Origin = named.Origin, Manifest = named.Manifest }
            : before with
            {
                Holders = before.Holders.Contains(named.Holder) ? before.Holders
                    : before.Holders.Length < HoldersKept ? before.Holders.Add(named.Holder)
                    : before.Holders[^(HoldersKept - 1)..].Add(named.Holder),
                Origin = named.Origin > before.Origin ? named.Origin : before.Origin,
                Manifest = named.Manifest ?? before.Manifest,
            };

    private static ImmutableArray<RequestId> Keep(ImmutableArray<RequestId> requests, RequestId added) =>
        (requests.Length < RequestsKept ? requests : requests.RemoveAt(0)).Add(added);
}
