using Swarm.Linux.Files;

namespace Swarm.Images.Unpacking;

/// <summary>Removes from the merged view what whiteouts name, but nothing that the same layer made.</summary>
internal sealed class LowerHiding(bool isTracking)
{
    private readonly HashSet<string> _made = [];

    /// <summary>Notes an entry, and the folders on the way to it, which a whiteout must leave.</summary>
    public void Made(string key)
    {
        for (var end = key.Length; isTracking
            && end > 0
            && _made.Add(key[..end]); end = key.LastIndexOf('/', end - 1)) { }
    }

    public void Unmade(string key)
    {
        if (!isTracking || !_made.Remove(key)) return;
        _made.RemoveWhere(made => made.StartsWith(key + "/", StringComparison.Ordinal));
    }

    /// <summary>Hides one entry; of a folder that this layer made too, only what came from below.</summary>
    public void Hide(Folder folder, string folderKey, ReadOnlySpan<byte> name)
    {
        var key = LayerPath.Child(folderKey, name);
        if (!_made.Contains(key))
        {
            FolderTree.Remove(folder, name);
            return;
        }

        using var child = folder.Child(name);
        if (child is not null) HideAllIn(child, key);
    }

    /// <summary>Hides all that came from below in a folder.</summary>
    public void HideAllIn(Folder folder, string folderKey)
    {
        foreach (var name in folder.Names()) Hide(folder, folderKey, name);
    }
}
