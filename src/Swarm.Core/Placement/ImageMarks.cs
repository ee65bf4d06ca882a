using System.Buffers.Binary;
using System.Collections.Immutable;
using Swarm.Core.Images;

namespace Swarm.Core.Placement;

/// <summary>The images of a node and their layers in its report: of each the first 8 bytes of its digest.</summary>
/// <remarks>Two with one mark cost a fetch at worst: a report says where a task would be best, not what is
/// there.</remarks>
internal static class ImageMarks
{
    /// <summary>Of more images than this the others are not reported, nor more layers: a report stays a small
    /// message.</summary>
    public const int Most = 1000;

    private const int MostNumbers = 10 * Most;

    private static readonly Comparer<ReportedLayer> ByMark =
        Comparer<ReportedLayer>.Create((left, right) => left.Mark.CompareTo(right.Mark));

    public static ulong Of(Digest digest) =>
        BinaryPrimitives.ReadUInt64BigEndian(Convert.FromHexString(digest.Hex.AsSpan(0, 2 * sizeof(ulong))));

    /// <returns>The report with these images in it.</returns>
    public static NodeReport WithImages(this NodeReport report, IEnumerable<NodeImage> images)
    {
        var told = images.DistinctBy(image => Of(image.Id)).Take(Most).OrderBy(image => Of(image.Id)).ToList();
        var layers = told.SelectMany(image => image.Layers)
            .Select(layer => new ReportedLayer(Of(layer.Blob), layer.Size.Value))
            .DistinctBy(layer => layer.Mark).Take(Most).Order(ByMark).ToImmutableArray();
        return report with
        {
            Images = [.. told.Select(image => Of(image.Id))],
            Layers = layers,
            LayersOfImages = NumbersOf(told, layers),
        };
    }

    public static bool ShowsImage(NodeReport report, ulong image) => report.Images.BinarySearch(image) >= 0;

    public static bool ShowsLayer(NodeReport report, ulong layer) => Find(report.Layers, layer) >= 0;

    /// <returns>The layers of an image, the lowest first; none where the report does not tell.</returns>
    public static ImmutableArray<ReportedLayer> LayersOf(NodeReport report, ulong image)
    {
        var place = report.Images.BinarySearch(image);
        return place >= 0 && place < report.LayersOfImages.Length
            ? [.. report.LayersOfImages[place].Where(number => number < report.Layers.Length)
                .Select(number => report.Layers[number])]
            : [];
    }

    private static ImmutableArray<ImmutableArray<int>> NumbersOf(
        List<NodeImage> images, ImmutableArray<ReportedLayer> layers)
    {
        var left = MostNumbers;
        var all = ImmutableArray.CreateBuilder<ImmutableArray<int>>(images.Count);
        foreach (var image in images)
        {
            var numbers = image.Layers.Select(layer => Find(layers, Of(layer.Blob))).Distinct().ToImmutableArray();
            if (numbers.Length > left || numbers.Any(number => number < 0)) numbers = [];
            left -= numbers.Length;
            all.Add(numbers);
        }

        return all.MoveToImmutable();
    }

    private static int Find(ImmutableArray<ReportedLayer> layers, ulong mark) =>
        layers.BinarySearch(new ReportedLayer(mark, 0), ByMark);
}
