using System.Text;
using Swarm.Linux.Files;

namespace Swarm.Images.Trees;

/// <summary>Finds what the upper folder of an overlay changes of what lies below it.</summary>
/// <remarks>Whiteouts and opaque folders: https://docs.kernel.org/filesystems/overlayfs.html</remarks>
/// <param name="ignored">Paths where something was mounted: what was made there to mount it on is no change.</param>
/// <param name="tellsHidden">Whether what a folder had that was removed and made anew is told, too: for people, as the
/// mark of the folder says it all.</param>
internal sealed class LayerDifference(
    IReadOnlySet<string> ignored, bool tellsHidden, CancellationToken cancellation)
{
    private readonly List<UpperChange> _found = [];

    /// <param name="lower">The root below; null where there is none.</param>
    /// <returns>Folders before what is in them; names of a folder in order.</returns>
    public List<UpperChange> Find(Folder upper, Folder? lower)
    {
        Walk(upper, lower, [], isNew: false);
        return _found;
    }

    public static string Show(byte[] path) => "/" + Encoding.UTF8.GetString(path);

    /// <returns>Whether something changed in the folder, and whether something in it was passed over.</returns>
    private (bool Changed, bool Ignored) Walk(Folder upper, Folder? lower, byte[] path, bool isNew)
    {
        var (changed, passed) = (false, false);
        foreach (var name in upper.Names().OrderBy(name => name, ByteOrder.Instance))
        {
            cancellation.ThrowIfCancellationRequested();
            var child = Join(path, name);
            if (upper.Status(name) is not { } status) continue; // gone meanwhile
            var below = lower?.Status(name);
            if (below is null && ignored.Contains(Show(child)))
            {
                passed = true;
                continue;
            }

            changed |= status.Kind == FileKind.Folder
                ? VisitFolder(upper, lower, name, child, status, below, isNew)
                : Visit(child, status, below);
        }

        if (isNew && lower is not null) changed |= TellGone(upper, lower, path);
        return (changed, passed);
    }

    private bool TellGone(Folder upper, Folder lower, byte[] path)
    {
        var gone = lower.Names().Where(name => upper.Status(name) is null).Order(ByteOrder.Instance).ToList();
        foreach (var name in gone)
        {
            if (lower.Status(name) is { } was)
                _found.Add(new UpperChange(Join(path, name), TreeChangeKind.Deleted, was, IsOpaque: false));
        }

        return gone.Count > 0;
    }

    private static byte[] Join(byte[] path, byte[] name) => path.Length == 0 ? name : [.. path, (byte)'/', .. name];

    private bool Visit(byte[] path, FileStatus status, FileStatus? below)
    {
        var isWhiteout = status is { Kind: FileKind.CharacterDevice, Represents: { Major: 0, Minor: 0 } };
        // Of something that was made and removed again above.
        if (isWhiteout && below is null) return false;
        var kind = isWhiteout ? TreeChangeKind.Deleted
            : below is null ? TreeChangeKind.Added
            : TreeChangeKind.Modified;
        _found.Add(new UpperChange(path, kind, status, IsOpaque: false));
        return true;
    }

    private bool VisitFolder(
        Folder upper, Folder? lower, byte[] name, byte[] path, FileStatus status, FileStatus? below, bool isNew)
    {
        var isOpaque = upper.Attribute(name, "trusted.overlay.opaque"u8) is [(byte)'y', ..];
        var kind = below is null ? TreeChangeKind.Added : TreeChangeKind.Modified;
        var at = _found.Count;
        _found.Add(new UpperChange(path, kind, status, isOpaque && below is { Kind: FileKind.Folder }));
        using var folder = upper.Child(name);
        using var lowerFolder = below is { Kind: FileKind.Folder } && (!isOpaque || tellsHidden)
            ? lower!.Child(name)
            : null;
        var (changed, passed) = folder is null ? (false, false) : Walk(folder, lowerFolder, path, isNew || isOpaque);
        var isSame = below is { Kind: FileKind.Folder } was && !isOpaque && was.Mode == status.Mode
            && (was.UserId, was.GroupId) == (status.UserId, status.GroupId)
            // What was mounted on was made in it.
            && (passed || was.Modified == status.Modified);
        if (changed || !isSame) return true;
        _found.RemoveRange(at, _found.Count - at);
        return false;
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
