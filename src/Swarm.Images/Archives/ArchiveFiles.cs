using System.Text;
using Swarm.Images.Blobs;
using Swarm.Images.Tar;

namespace Swarm.Images.Archives;

/// <summary>The files of an image archive, laid out aside, since its table of contents may come last.</summary>
internal sealed class ArchiveFiles : IImageFiles
{
    // A chain of links longer than this is a circle.
    private const int LinksMax = 16;

    private readonly Dictionary<string, StagedBlob> _files = [];
    private readonly Dictionary<string, string> _links = [];

    public string Subject => "archive";

    /// <exception cref="ImageException">It is no tar, or a broken one.</exception>
    public static ArchiveFiles Read(
        Stream source, ScratchFolder scratch, ImageStoreOptions options, CancellationToken cancellation)
    {
        var archive = new ArchiveFiles();
        var limits = options.Limits with { LayerMax = options.ArchiveMax };
        using var plain = new PlainStream(
            source, options.ArchiveMax, limits, hashed: false, archive.Subject, cancellation);
        var tar = new TarReader(plain, limits, archive.Subject);
        while (tar.Next() is { } entry) archive.Add(entry, tar, scratch);

        if (archive._files.Count == 0) throw new ImageException(ImageFault.Invalid, "archive: holds no files");
        return archive;
    }

    public StagedBlob? Find(string path)
    {
        var name = Clean(path);
        for (var links = 0; name is not null && links < LinksMax; links++)
        {
            if (_files.TryGetValue(name, out var file)) return file;
            name = _links.GetValueOrDefault(name);
        }

        return null;
    }

    private void Add(TarEntry entry, TarReader tar, ScratchFolder scratch)
    {
        var name = Clean(Encoding.UTF8.GetString(entry.Name)) ?? throw tar.Invalid(entry, "goes up by '..'");
        switch (entry.Kind)
        {
            case TarKind.File:
                // The last of several wins, as when a tar is unpacked.
                if (_files.Remove(name, out var former)) File.Delete(former.Path);
                _files.Add(name, StagedBlob.Write(scratch.NewPath(), tar.NextContent));
                break;
            case TarKind.SymbolicLink:
                var target = Encoding.UTF8.GetString(entry.LinkName);
                var folder = name.LastIndexOf('/') is >= 0 and var slash ? name[..slash] : "";
                if (Clean(target.StartsWith('/') ? target : $"{folder}/{target}") is { } to) _links[name] = to;
                break;
            case TarKind.HardLink:
                if (Clean(Encoding.UTF8.GetString(entry.LinkName)) is { } same) _links[name] = same;
                break;
            case TarKind.Folder:
                break;
            default:
                throw tar.Invalid(entry, $"an archive of images has no {entry.Kind}");
        }
    }

    // Null when it would lead out of the archive.
    private static string? Clean(string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == ".") continue;
            if (part != "..") parts.Add(part);
            else if (parts.Count == 0) return null;
            else parts.RemoveAt(parts.Count - 1);
        }

        return string.Join('/', parts);
    }
}
