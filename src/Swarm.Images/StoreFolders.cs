using System.Collections.Concurrent;
using System.Security.Cryptography;
using Swarm.Core.Images;
using Swarm.Linux;
using Swarm.Linux.Files;

namespace Swarm.Images;

/// <summary>The folders of the store on disk. Everything is made in <see cref="Scratch"/>
/// first and then moved to its place.</summary>
internal sealed class StoreFolders : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    // By their names in the scratch folder: each is what is left of something that could not be removed.
    private readonly ConcurrentQueue<string> _owed = new();

    /// <exception cref="ImageException">Another process has the store open.</exception>
    public StoreFolders(string root)
    {
        Root = Path.GetFullPath(root);
        Directory.CreateDirectory(Root, OwnerOnly);
        foreach (var folder in (string[])[
            Path.GetDirectoryName(Blobs)!, Blobs, Sums, Parts, Layers, Images, Names, Snapshots, Scratch, Copies,
            Path.GetDirectoryName(Manifests)!, Manifests, Tags, Links, Uploads])
        {
            Directory.CreateDirectory(folder, OwnerOnly);
        }

        try
        {
            _lock = new FileStream(
                Path.Combine(Root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException held)
        {
            throw new ImageException(ImageFault.InUse, $"the image store {Root} is open in another process", held);
        }
    }

    /// <summary>Told when something could not be removed, for which <see cref="RemoveOwed"/> is.</summary>
    public Action<LinuxException>? Owing { get; set; }

    public string Root { get; }

    public string Blobs => Path.Combine(Root, "blobs", "sha256");

    /// <summary>Of large blobs, the sums of their pieces.</summary>
    public string Sums => Path.Combine(Root, "sums");

    /// <summary>Blobs that are on their way from other nodes; what is here outlives a crash.</summary>
    public string Parts => Path.Combine(Root, "parts");

    public string Layers => Path.Combine(Root, "layers");

    public string Images => Path.Combine(Root, "images");

    public string Names => Path.Combine(Root, "names");

    public string Snapshots => Path.Combine(Root, "snapshots");

    /// <summary>Marks of images that are here as copies.</summary>
    public string Copies => Path.Combine(Root, "copies");

    public string Scratch => Path.Combine(Root, "tmp");

    public string Manifests => Path.Combine(Root, "repositories", "manifests");

    public string Tags => Path.Combine(Root, "repositories", "tags");

    public string Links => Path.Combine(Root, "repositories", "links");

    public string Uploads => Path.Combine(Root, "uploads");

    public string Blob(Digest digest) => Path.Combine(Blobs, digest.Hex);

    /// <summary>A new folder that is removed when the store is opened next, if not before.</summary>
    public ScratchFolder NewScratch() => new(this);

    /// <summary>Removes a file or folder of the store: out of its place at once, then what is in it.</summary>
    public void Discard(string path)
    {
        if (TakeOut(path) is { } taken) RemoveTaken(taken);
    }

    /// <summary>Takes a file or folder of the store out of its place, which is a matter of a moment.</summary>
    /// <returns>For <see cref="RemoveTaken"/>, or else it is removed when the store is opened next; null where nothing
    /// is.</returns>
    public string? TakeOut(string path)
    {
        StoreSteps.BeforeWrite("discard");
        var name = Guid.NewGuid().ToString("N");
        using var from = Folder.Open(Path.GetDirectoryName(path)!);
        using var scratch = Folder.Open(Scratch);
        try
        {
            from.Rename(Path.GetFileName(path), scratch, name);
        }
        catch (LinuxException missing) when (missing.Number == Errno.ENOENT)
        {
            return null;
        }

        return name;
    }

    /// <summary>Removes what was taken out of its place, and all in it: of many files, that takes long. It is gone for
    /// everybody already: what cannot be removed, as while something is mounted in it, is owed.</summary>
    public void RemoveTaken(string taken)
    {
        StoreSteps.BeforeWrite("remove");
        RemoveScratch(taken);
    }

    /// <summary>Tries again to remove what could not be removed.</summary>
    public void RemoveOwed()
    {
        var owed = new List<string>();
        while (_owed.TryDequeue(out var name)) owed.Add(name);
        owed.ForEach(RemoveScratch);
    }

    /// <summary>Removes what a process that died left half-done.</summary>
    public void EmptyScratch()
    {
        using var scratch = Folder.Open(Scratch);
        foreach (var left in scratch.Names()) RemoveScratch(System.Text.Encoding.UTF8.GetString(left));
    }

    private void RemoveScratch(string name)
    {
        var left = new Stack<string>([name]);
        try
        {
            using var scratch = Folder.Open(Scratch);
            scratch.RemoveTrees(left);
        }
        catch (LinuxException refused)
        {
            foreach (var one in left) _owed.Enqueue(one);
            Owing?.Invoke(refused);
        }
    }

    /// <summary>Writes a small file so that it is there wholly or not at all, also after a loss of power.</summary>
    public void WriteWhole(string path, ReadOnlySpan<byte> content)
    {
        var aside = Path.Combine(Scratch, Guid.NewGuid().ToString("N"));
        using (var file = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        StoreSteps.BeforeWrite("replace");
        Durability.Replace(path, aside);
    }

    /// <summary>Writes a small file so that nobody sees it half; after a loss of power it may be anything.</summary>
    public void WriteLoosely(string path, byte[] content)
    {
        var aside = Path.Combine(Scratch, Guid.NewGuid().ToString("N"));
        File.WriteAllBytes(aside, content);
        Move(aside, path);
    }

    /// <summary>Puts a file in its place, which another may have.</summary>
    public static void Move(string from, string to)
    {
        StoreSteps.BeforeWrite("move");
        File.Move(from, to, overwrite: true);
    }

    /// <summary>Removes a file, if it is there.</summary>
    public static void Delete(string path)
    {
        StoreSteps.BeforeWrite("delete");
        File.Delete(path);
    }

    /// <summary>Bytes that were drawn once, and are for root alone as all of the store.</summary>
    public byte[] Secret(string name)
    {
        const int length = 32;
        var path = Path.Combine(Root, name);
        if (File.Exists(path) && File.ReadAllBytes(path) is { Length: length } drawn) return drawn;
        drawn = RandomNumberGenerator.GetBytes(length);
        WriteWhole(path, drawn);
        return drawn;
    }

    public void Dispose() => _lock.Dispose();
}
