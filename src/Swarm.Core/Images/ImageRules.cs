using System.Collections.Immutable;
using System.Diagnostics;

namespace Swarm.Core.Images;

/// <summary>How the names of a repository change: pure decisions, from a state and a command to an event.</summary>
public static class ImageRules
{
    private const int RequestsKept = 32;

    /// <summary>Null when the request was carried out before, or the tag means that already
    /// and the holder is known.</summary>
    public static ImageEvent? Name(ImageRepository repository, NameImage command)
    {
        if (repository.Requests.Contains(command.Request)) return null;

        return repository.Tags.TryGetValue(command.Tag, out var tag) && tag.ImageId == command.ImageId
            && tag.Holders.Contains(command.Holder)
            ? null
            : new ImageEvent.TagNamed(command.Request, command.Tag, command.ImageId, command.Holder);
    }

    /// <summary>Null when the request was carried out before, or the tag means nothing.</summary>
    public static ImageEvent? Unname(ImageRepository repository, UnnameImage command) =>
        repository.Requests.Contains(command.Request) || !repository.Tags.ContainsKey(command.Tag)
            ? null
            : new ImageEvent.TagRemoved(command.Request, command.Tag);

    public static ImageMeaning Meaning(ImageRepository repository, string tag) =>
        repository.Tags.TryGetValue(tag, out var known)
            ? new ImageMeaning(repository.Name, tag, known.ImageId, known.Holders)
            : new ImageMeaning(repository.Name, tag, null, []);

    public static ImageRepository Apply(ImageRepository repository, ImageEvent happened) => happened switch
    {
        ImageEvent.TagNamed named => repository with
        {
            Tags = repository.Tags.SetItem(named.Tag, new ImageTag(named.ImageId, HoldersAfter(repository, named))),
            Requests = Keep(repository.Requests, named.Request),
        },
        ImageEvent.TagRemoved removed => repository with
        {
            Tags = repository.Tags.Remove(removed.Tag),
            Requests = Keep(repository.Requests, removed.Request),
        },
        _ => throw new UnreachableException($"no way to apply {happened}"),
    };

    // Holders of what the tag meant before do not have what it means now.
    private static ImmutableArray<NodeId> HoldersAfter(ImageRepository repository, ImageEvent.TagNamed named) =>
        repository.Tags.TryGetValue(named.Tag, out var before) && before.ImageId == named.ImageId
            ? before.Holders.Contains(named.Holder) ? before.Holders : before.Holders.Add(named.Holder)
            : [named.Holder];

    private static ImmutableArray<RequestId> Keep(ImmutableArray<RequestId> requests, RequestId added) =>
        (requests.Length < RequestsKept ? requests : requests.RemoveAt(0)).Add(added);
}
