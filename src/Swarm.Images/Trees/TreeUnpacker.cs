using Swarm.Images.Tar;
using Swarm.Images.Unpacking;
using Swarm.Linux;
using Swarm.Linux.Files;

namespace Swarm.Images.Trees;

/// <summary>Unpacks a tar into a folder of a root file system that is in use, and never writes outside of it.</summary>
/// <remarks>
/// The kernel resolves every folder as if the root were that of the whole file system, whatever programs in it do with
/// links at the same time; the last part of a name is never followed.
/// </remarks>
internal sealed class TreeUnpacker : IDisposable
{
    private readonly byte[] _into;
    private readonly TarReader _tar;
    private readonly UnpackRules _rules;
    private readonly ParentFolders _parents;
    private readonly EntryWriter _writer;
    private readonly LowerHiding _hiding = new(isTracking: false);
    private readonly Dictionary<string, (LayerPath Path, FileTime Modified)> _folderTimes = [];

    /// <param name="root">Stays the caller's.</param>
    /// <param name="into">A folder that exists, from the root, without a slash at either end.</param>
    public TreeUnpacker(Folder root, byte[] into, TarReader tar, UnpackRules rules)
    {
        (_into, _tar, _rules) = (into, tar, rules);
        _parents = new ParentFolders(root, _hiding, rules.Map?.Root);
        _writer = new EntryWriter(tar);
    }

    /// <exception cref="ImageException">What of the archive is wrong, or not allowed; what came before it is there.
    /// </exception>
    public void Unpack()
    {
        while (_tar.Next() is { } entry)
        {
            if (_rules.Owner is { } owner) entry = entry with { UserId = owner.User, GroupId = owner.Group };
            if (_rules.Map is { } map) entry = MappedOwners.ToHost(entry, map, _tar);
            try
            {
                Apply(entry);
            }
            catch (LinuxException refused) when (refused.Number is Errno.ENAMETOOLONG or Errno.ELOOP or Errno.EINVAL
                or Errno.EEXIST or Errno.ENOTDIR or Errno.EISDIR or Errno.ENOENT or Errno.EBUSY)
            {
                throw _tar.Invalid(entry, refused.Message);
            }
        }

        foreach (var (path, modified) in _folderTimes.Values)
        {
            if (_parents.Find(path.Folder) is { } parent && parent.Status(path.Name)?.Kind == FileKind.Folder)
                parent.SetTimes(path.Name, modified, modified);
        }
    }

    public void Dispose() => _parents.Dispose();

    private void Apply(TarEntry entry)
    {
        var inner = LayerPath.Parse(entry.Name, entry, _tar);
        // The folder itself is there, and stays as it is.
        if (inner.IsRoot) return;
        var path = inner with { Folder = Join(inner.Folder) };
        var parent = _parents.Find(path.Folder) ?? _parents.Make(path.Folder, entry, _tar);
        switch (entry.Kind)
        {
            case TarKind.Folder:
                MakeFolder(entry, path, parent);
                break;
            case TarKind.HardLink:
                Clear(entry, path, parent);
                Link(entry, path);
                break;
            default:
                Clear(entry, path, parent);
                if (!_writer.TryMake(_parents.Get(path.Folder, entry, _tar), path.Name, entry))
                    throw _tar.Invalid(entry, "cannot replace what is there");
                break;
        }
    }

    private void MakeFolder(TarEntry entry, LayerPath path, Folder parent)
    {
        if (!parent.MakeFolder(path.Name, 0x1c0) && parent.Status(path.Name)?.Kind != FileKind.Folder)
        {
            if (_rules.KeepKinds) throw _tar.Invalid(entry, "cannot overwrite non-directory with directory");
            Remove(path, parent);
            parent = _parents.Get(path.Folder, entry, _tar);
            parent.MakeFolder(path.Name, 0x1c0);
        }

        EntryWriter.SetAttributes(parent, path.Name, entry);
        _folderTimes[path.Key] = (path, entry.Modified);
    }

    private void Clear(TarEntry entry, LayerPath path, Folder parent)
    {
        if (parent.Status(path.Name) is not { } status) return;
        if (_rules.KeepKinds && status.Kind == FileKind.Folder)
            throw _tar.Invalid(entry, "cannot overwrite directory with non-directory");
        Remove(path, parent);
    }

    private void Link(TarEntry entry, LayerPath path)
    {
        var target = LayerPath.Parse(entry.LinkName, entry, _tar);
        target = target with { Folder = Join(target.Folder) };
        var found = _parents.Find(target.Folder);
        if (target.IsRoot || found?.Status(target.Name) is null or { Kind: FileKind.Folder }
            || !_parents.Get(path.Folder, entry, _tar).MakeHardLink(path.Name, found, target.Name))
        {
            throw _tar.Invalid(entry, $"hard link to {TarReader.Show(entry.LinkName)}, which is not there");
        }
    }

    private void Remove(LayerPath path, Folder parent)
    {
        FolderTree.Remove(parent, path.Name);
        _folderTimes.Remove(path.Key);
        _parents.ForgetAllBut(path.Folder);
    }

    private byte[] Join(byte[] folder) =>
        _into.Length == 0 ? folder : folder.Length == 0 ? _into : [.. _into, (byte)'/', .. folder];
}
