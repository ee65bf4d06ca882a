using Swarm.Images.Tar;
using Swarm.Linux;
using Swarm.Linux.Files;

namespace Swarm.Images.Unpacking;

/// <summary>Unpacks one layer's tar below a folder, and never writes anywhere else, whatever the tar says.</summary>
/// <remarks>
/// Folders are resolved by the kernel as if the layer were the root of the file system, and only the last part of a
/// name is ever made or removed, never followed. Drawn in docs/images.md;
/// rules: https://github.com/opencontainers/image-spec/blob/main/layer.md
/// </remarks>
internal sealed class LayerUnpacker : IDisposable
{
    private readonly Folder _root;
    private readonly UnpackPlace _place;
    private readonly TarReader _tar;
    private readonly ParentFolders _parents;
    private readonly EntryWriter _writer;
    private readonly LowerHiding _hiding;
    private readonly Dictionary<string, (LayerPath Path, FileTime Modified)> _folderTimes = [];
    private FileTime? _rootModified;
    private bool _speaksOfLowers;
    private long _size;

    /// <param name="root">Stays the caller's.</param>
    public LayerUnpacker(Folder root, UnpackPlace place, TarReader tar)
    {
        (_root, _place, _tar) = (root, place, tar);
        _hiding = new LowerHiding(isTracking: place == UnpackPlace.Over);
        _parents = new ParentFolders(root, _hiding);
        _writer = new EntryWriter(tar);
    }

    /// <exception cref="ImageException">What in the layer is wrong; what was unpacked so far
    /// is worth nothing.</exception>
    /// <exception cref="LinuxException">No space, or a broken disk.</exception>
    public UnpackReport Unpack()
    {
        while (!IsStopped && _tar.Next() is { } entry)
        {
            try
            {
                Apply(entry);
            }
            catch (LinuxException refused)
            {
                throw Explain(entry, refused);
            }
        }

        if (!IsStopped) SetFolderTimes();
        return new UnpackReport(_speaksOfLowers, _size, _rootModified is not null);
    }

    public void Dispose() => _parents.Dispose();

    private bool IsStopped => _speaksOfLowers && _place == UnpackPlace.Alone;

    private void Apply(TarEntry entry)
    {
        var path = LayerPath.Parse(entry.Name, entry, _tar);
        if (path.IsRoot)
        {
            if (entry.Kind != TarKind.Folder) throw _tar.Invalid(entry, $"the root cannot be a {entry.Kind}");
            EntryWriter.SetAttributes(_root, "."u8, entry);
            _rootModified = entry.Modified;
            return;
        }

        if (Whiteout.IsAufsNote(path)) return;
        if (Whiteout.IsBelowOne(path)) throw _tar.Invalid(entry, "lies below a whiteout");
        if (Whiteout.Is(path.Name))
        {
            Hide(entry, path);
            return;
        }

        if (Parent(path, entry) is { } parent) Make(entry, path, parent);
    }

    private Folder? Parent(LayerPath path, TarEntry entry)
    {
        var parent = _parents.Find(path.Folder);
        if (parent is not null) return parent;

        // Only the layers below know what this folder is like, or whether it is a link to another.
        _speaksOfLowers = true;
        return IsStopped ? null : _parents.Make(path.Folder, entry, _tar);
    }

    private void Hide(TarEntry entry, LayerPath path)
    {
        var hidden = path.Name.AsSpan(Whiteout.Prefix.Length);
        var isOpaque = path.Name.AsSpan().SequenceEqual(Whiteout.Opaque);
        if (!isOpaque && (hidden.IsEmpty || hidden.SequenceEqual("."u8) || hidden.SequenceEqual(".."u8)))
        {
            throw _tar.Invalid(entry, "whiteout of nothing");
        }

        _speaksOfLowers = true;
        if (_place != UnpackPlace.Over || _parents.Find(path.Folder) is not { } parent) return;

        var folder = System.Text.Encoding.Latin1.GetString(path.Folder);
        if (isOpaque) _hiding.HideAllIn(parent, folder);
        else _hiding.Hide(parent, folder, hidden);
        _parents.Forget();
    }

    private void Make(TarEntry entry, LayerPath path, Folder parent)
    {
        var key = path.Key;
        if (entry.Kind == TarKind.Folder)
        {
            if (!parent.MakeFolder(path.Name, 0x1c0) && parent.Status(path.Name)?.Kind != FileKind.Folder)
            {
                Replace(path, parent);
                parent.MakeFolder(path.Name, 0x1c0);
            }

            EntryWriter.SetAttributes(parent, path.Name, entry);
            _folderTimes[key] = (path, entry.Modified);
        }
        else if (entry.Kind == TarKind.HardLink)
        {
            Link(entry, path, parent);
        }
        else
        {
            if (!_writer.TryMake(parent, path.Name, entry))
            {
                Replace(path, parent);
                if (!_writer.TryMake(parent, path.Name, entry))
                    throw _tar.Invalid(entry, "cannot replace what is there");
            }

            _size += entry.Size;
        }

        _hiding.Made(key);
    }

    private void Link(TarEntry entry, LayerPath path, Folder parent)
    {
        var target = LayerPath.Parse(entry.LinkName, entry, _tar);
        if (target.IsRoot || target.Key == path.Key) throw _tar.Invalid(entry, "hard link to a folder or to itself");
        if (Whiteout.IsAufsNote(target)) throw _tar.Invalid(entry, "hard link to a note of AUFS");

        var targetParent = _parents.Find(target.Folder);
        if (targetParent?.Status(target.Name) is not { } status)
        {
            if (_place != UnpackPlace.Alone)
                throw _tar.Invalid(entry, $"hard link to {TarReader.Show(entry.LinkName)}, which is not there");
            _speaksOfLowers = true;
            return;
        }

        if (status.Kind == FileKind.Folder)
            throw _tar.Invalid(entry, $"hard link to the folder {TarReader.Show(entry.LinkName)}");
        if (parent.Status(path.Name) is { } replaced)
        {
            if (replaced.Inode == status.Inode && replaced.Device == status.Device) return;
            Replace(path, parent);
            parent = Parent(path, entry)!;
            targetParent = _parents.Find(target.Folder);
        }

        if (targetParent is null || !parent.MakeHardLink(path.Name, targetParent, target.Name))
        {
            throw _tar.Invalid(entry, $"hard link to {TarReader.Show(entry.LinkName)}, which it replaces");
        }
    }

    private void Replace(LayerPath path, Folder parent)
    {
        // Folders found earlier may lead through what goes away now; this one cannot, since it holds it.
        FolderTree.Remove(parent, path.Name);
        _hiding.Unmade(path.Key);
        _folderTimes.Remove(path.Key);
        _parents.ForgetAllBut(path.Folder);
    }

    private void SetFolderTimes()
    {
        foreach (var (path, modified) in _folderTimes.Values)
        {
            if (_parents.Find(path.Folder) is { } parent && parent.Status(path.Name)?.Kind == FileKind.Folder)
            {
                parent.SetTimes(path.Name, modified, modified);
            }
        }

        if (_rootModified is { } time) _root.SetTimes("."u8, time, time);
    }

    private Exception Explain(TarEntry entry, LinuxException refused) => refused.Number switch
    {
        Errno.ENAMETOOLONG or Errno.ELOOP or Errno.EINVAL or Errno.EEXIST or Errno.ENOTDIR or Errno.EISDIR
            or Errno.ENOENT =>
            _tar.Invalid(entry, refused.Message),
        _ => new LinuxException(refused.Call, refused.Number, $"{TarReader.Show(entry.Name)} of a layer"),
    };
}
