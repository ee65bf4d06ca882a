using System.Text;
using Swarm.Images.Tar;
using Swarm.Linux.Files;

namespace Swarm.Images.Unpacking;

/// <summary>The folders that entries go into, kept open, since entries of one folder come together.</summary>
internal sealed class ParentFolders : IDisposable
{
    private const int OpenMax = 256;

    private readonly Dictionary<string, Folder> _open = [];
    private readonly Folder _root;
    private readonly LowerHiding _hiding;
    private readonly (uint User, uint Group)? _owner;
    private byte[] _lastPath = [];
    private Folder _last;

    /// <param name="root">Stays the caller's.</param>
    /// <param name="owner">Whose the folders are that are made; null means root's.</param>
    public ParentFolders(Folder root, LowerHiding hiding, (uint User, uint Group)? owner = null) =>
        (_root, _hiding, _last, _owner) = (root, hiding, root, owner);

    /// <summary>The folder of this path, links within it followed; null when it is missing or no folder.</summary>
    /// <returns>A folder that stays this one's.</returns>
    public Folder? Find(byte[] path)
    {
        if (path.AsSpan().SequenceEqual(_lastPath)) return _last;
        if (path.Length == 0) return _root;

        var key = Encoding.Latin1.GetString(path);
        if (!_open.TryGetValue(key, out var folder))
        {
            folder = _root.Resolve(path);
            if (folder is null) return null;
            if (_open.Count >= OpenMax) ForgetAllBut(_lastPath); // the caller may still work with the last one
            _open.Add(key, folder);
        }

        (_lastPath, _last) = (path, folder);
        return folder;
    }

    /// <summary>As <see cref="Find"/>, a folder that has been there.</summary>
    /// <exception cref="ImageException">A container that runs has taken it away meanwhile.</exception>
    public Folder Get(byte[] path, TarEntry entry, TarReader tar) =>
        Find(path) ?? throw tar.Invalid(entry, $"{TarReader.Show(path)} was taken away meanwhile");

    /// <summary>Makes what is missing of a path, for root and readable by all, as no entry says otherwise.</summary>
    /// <exception cref="ImageException">Something that is no folder is in the way.</exception>
    public Folder Make(byte[] path, TarEntry entry, TarReader tar)
    {
        for (var end = 0; end < path.Length;)
        {
            var start = end == 0 ? 0 : end + 1;
            var length = path.AsSpan(start).IndexOf((byte)'/');
            var upper = path[..end];
            end = length < 0 ? path.Length : start + length;
            if (Find(path[..end]) is not null) continue;

            var name = path.AsSpan(start..end);
            if (!Get(upper, entry, tar).MakeFolder(name, 0x1ed))
            {
                throw tar.Invalid(entry, $"{TarReader.Show(path.AsSpan(0, end))} is no folder");
            }

            if (_owner is var (user, group)) Get(upper, entry, tar).SetOwner(name, user, group);
            Get(upper, entry, tar).SetMode(name, 0x1ed);
            _hiding.Made(Encoding.Latin1.GetString(path, 0, end));
        }

        return Get(path, entry, tar);
    }

    /// <summary>Closes all, since something they led through is gone.</summary>
    public void Forget() => ForgetAllBut([]);

    public void ForgetAllBut(byte[] kept)
    {
        var keptKey = Encoding.Latin1.GetString(kept);
        _open.Remove(keptKey, out var keptFolder);
        foreach (var folder in _open.Values) folder.Dispose();
        _open.Clear();
        (_lastPath, _last) = ([], _root);
        if (keptFolder is not null) _open.Add(keptKey, keptFolder);
    }

    public void Dispose() => Forget();
}
