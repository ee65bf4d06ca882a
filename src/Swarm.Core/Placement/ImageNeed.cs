using System.Collections.Immutable;
using Swarm.Core.Images;

namespace Swarm.Core.Placement;

/// <summary>How much of the image of a request the nodes lack.</summary>
/// <remarks>What layers it has is told by any node that has it. Where none has, all nodes are alike: it comes whole
/// from a registry.</remarks>
internal sealed class ImageNeed
{
    /// <summary>So many tasks more a node may have for the sake of the image: not all go where it came first.</summary>
    internal const int All = 4;

    private readonly NodeTable _table;
    private readonly ulong? _image;
    private readonly ImmutableArray<ReportedLayer> _layers = [];
    private readonly int?[] _found;

    /// <param name="image">Null where it is not known yet: no node is better for it then.</param>
    public ImageNeed(NodeTable table, Digest? image)
    {
        _table = table;
        _found = new int?[table.Count];
        if (image is not { } known) return;

        var mark = ImageMarks.Of(known);
        _image = mark;
        for (var row = 0; row < table.Count && _layers.IsEmpty; row++)
        {
            _layers = ImageMarks.LayersOf(table.Report(row), mark);
        }
    }

    /// <returns>By how many tasks more the node is worse: 0 with the image, up to <see cref="All"/> with none of its
    /// bytes.</returns>
    public int Of(int row) => _found[row] ??= Find(_table.Report(row));

    private int Find(NodeReport report)
    {
        if (_image is not { } image || ImageMarks.ShowsImage(report, image)) return 0;

        var (lacked, size) = (0L, 0L);
        foreach (var layer in _layers)
        {
            size += layer.Size;
            if (!ImageMarks.ShowsLayer(report, layer.Mark)) lacked += layer.Size;
        }

        return size == 0 ? All : Math.Max(1, (int)(((All * lacked) + size - 1) / size));
    }
}
