using System.Text.Json;
using Swarm.Core.Images;

namespace Swarm.Images.Copies;

/// <summary>What is kept of a mark; the file is named by the image's id.</summary>
/// <param name="Mark">Of <see cref="CopyMark"/>, by its name.</param>
internal sealed record CopyRecord(string Mark, string[] Names);

/// <summary>The marks of images, a small file for each, and all of them in memory.</summary>
/// <remarks>Not safe for use by several at once: the store locks.</remarks>
internal sealed class CopyMarks
{
    private const int RefusedMax = 1000;

    private readonly StoreFolders _folders;
    private readonly Dictionary<Digest, (CopyMark Mark, string[] Names)> _marks = [];

    /// <param name="isHere">Whether there is such an image: the fetch of a marked one may have been cut off.</param>
    public CopyMarks(StoreFolders folders, Func<Digest, bool> isHere)
    {
        _folders = folders;
        foreach (var path in Directory.GetFiles(folders.Copies).OrderBy(File.GetLastWriteTimeUtc))
        {
            // A mark that is broken costs itself: what was here as a copy may be pruned then.
            if (Read(path) is { } read && (read.Mark == CopyMark.Refused || isHere(read.Image)))
                _marks[read.Image] = (read.Mark, read.Names);
            else
                File.Delete(path);
        }
    }

    public IEnumerable<Digest> All => _marks.Keys;

    public CopyMark Of(Digest image) => _marks.GetValueOrDefault(image).Mark;

    public string[] NamesOf(Digest image) => _marks.GetValueOrDefault(image).Names ?? [];

    public void Set(Digest image, CopyMark mark, string[] names)
    {
        if (mark == CopyMark.None)
        {
            if (_marks.Remove(image)) StoreFolders.Delete(PathOf(image));
            return;
        }

        _folders.WriteWhole(
            PathOf(image),
            JsonSerializer.SerializeToUtf8Bytes(new CopyRecord(mark.ToString(), names), StoreJson.Default.CopyRecord));
        _marks.Remove(image); // so that the newest comes last
        _marks[image] = (mark, names);
        var refused = _marks.Where(one => one.Value.Mark == CopyMark.Refused).Select(one => one.Key).ToList();
        foreach (var old in refused.Take(refused.Count - RefusedMax)) Set(old, CopyMark.None, []);
    }

    /// <summary>Sets a mark until the process ends, without the disk.</summary>
    public void SetUnkept(Digest image, CopyMark mark)
    {
        var names = NamesOf(image);
        _marks.Remove(image);
        _marks[image] = (mark, names);
    }

    private static (Digest Image, CopyMark Mark, string[] Names)? Read(string path)
    {
        try
        {
            var record = StoreJson.Read(path, StoreJson.Default.CopyRecord);
            return Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(path), out var image)
                && Enum.TryParse<CopyMark>(record.Mark, out var mark) && mark != CopyMark.None
                ? (image, mark, record.Names ?? [])
                : null;
        }
        catch (ImageException)
        {
            return null;
        }
    }

    private string PathOf(Digest image) => Path.Combine(_folders.Copies, image.Hex + ".json");
}
