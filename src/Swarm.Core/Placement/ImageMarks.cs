using System.Buffers.Binary;
using System.Collections.Immutable;
using Swarm.Core.Images;

namespace Swarm.Core.Placement;

/// <summary>The images of a node in its report: of each the first 8 bytes of its id, in their order.</summary>
/// <remarks>Two images with one mark cost a fetch at worst: a report says where a task would be best, not what is
/// there.</remarks>
internal static class ImageMarks
{
    /// <summary>Of more images than this the others are not reported: a report stays a small message.</summary>
    public const int Most = 1000;

    public static ulong Of(Digest image) =>
        BinaryPrimitives.ReadUInt64BigEndian(Convert.FromHexString(image.Hex.AsSpan(0, 2 * sizeof(ulong))));

    public static ImmutableArray<ulong> Of(IEnumerable<Digest> images) =>
        [.. images.Select(Of).Distinct().Take(Most).Order()];

    public static bool Shows(ImmutableArray<ulong> marks, ulong image) => marks.BinarySearch(image) >= 0;
}
