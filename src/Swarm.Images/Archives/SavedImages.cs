using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Images.Names;

namespace Swarm.Images.Archives;

/// <summary>The images of one archive, each once, with all names that it is to have there.</summary>
internal sealed class SavedImages
{
    private readonly List<(KnownImage Image, List<ImageReference> Names)> _images = [];

    public IReadOnlyList<(KnownImage Image, List<ImageReference> Names)> All => _images;

    public ImmutableArray<Digest> Ids => [.. _images.Select(one => one.Image.Id)];

    /// <param name="name">Null for none.</param>
    public void Add(KnownImage image, ImageReference? name)
    {
        var at = _images.FindIndex(one => one.Image.Id == image.Id);
        if (at < 0) _images.Add((image, []));
        var names = _images[at < 0 ? ^1 : at].Names;
        if (name is not null && !names.Contains(name)) names.Add(name);
    }
}
