using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Images;
using Swarm.Images;

namespace Swarm.Api.Images;

/// <summary>From what the store knows of an image to what the interface shows.</summary>
internal static class ImageShapes
{
    public static ImageLine Line(ImageSummary image) => new(
        image.Id.Value, image.Parent?.Value ?? "", Tags(image.Names), [],
        image.Created?.ToUnixTimeSeconds() ?? 0, image.Size.Value,
        SharedSize: -1, Containers: -1, image.Labels);

    public static ImageDetails Details(StoredImage image)
    {
        var configuration = image.Configuration;
        return new ImageDetails(
            image.Id.Value,
            Tags(image.Names),
            [.. image.Names
                .Select(name => (name with { Tag = null, Digest = image.ManifestDigest }).Familiar)
                .Distinct()],
            configuration.Created?.UtcDateTime.ToString(
                "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture) ?? "",
            configuration.Author,
            configuration.Architecture,
            configuration.Variant.Length == 0 ? null : configuration.Variant,
            configuration.OperatingSystem,
            image.Size.Value,
            new ImageRunning(
                OrNull(configuration.Entrypoint), OrNull(configuration.Command), [.. configuration.Environment],
                configuration.WorkingDirectory, configuration.User, SetOf(configuration.ExposedPorts),
                SetOf(configuration.Volumes), configuration.Labels, configuration.StopSignal));
    }

    private static string[] Tags(ImmutableArray<ImageReference> names) =>
        [.. names.Where(name => name.Tag is not null).Select(name => name.Familiar)];

    private static string[]? OrNull(ImmutableArray<string> words) => words.IsEmpty ? null : [.. words];

    private static Dictionary<string, Empty>? SetOf(ImmutableArray<string> members) =>
        members.IsEmpty ? null : members.ToDictionary(member => member, _ => new Empty());
}
