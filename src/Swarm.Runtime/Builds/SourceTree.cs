using System.Collections.Immutable;
using System.Text;
using Swarm.Core.Builds;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Builds;

/// <summary>A tree of files that a build copies from: its context, or the root of an image.</summary>
/// <remarks>No link in it leads out of it: the kernel resolves paths as if it were the whole file system.</remarks>
internal sealed class SourceTree : IDisposable
{
    private readonly Folder _root;
    private readonly string _path;

    public SourceTree(string path)
    {
        _root = Folder.Open(path);
        _path = _root.PathOf("/"u8) ?? path;
    }

    /// <summary>What a path leads to, links followed.</summary>
    /// <returns>Null when there is nothing.</returns>
    public FoundSource? Find(string path)
    {
        if (_root.PathOf(Encoding.UTF8.GetBytes("/" + path)) is not { } found) return null;
        var real = found.Length <= _path.Length ? "" : found[(_path.Length + 1)..];
        if (real.Length == 0) return new FoundSource("", FileKind.Folder);
        using var parent = OpenParent(real);
        return parent?.Status(Encoding.UTF8.GetBytes(Path.GetFileName(real))) is { } status
            ? new FoundSource(real, status.Kind)
            : null;
    }

    /// <summary>Paths that a pattern means, in order; the path itself where it is none.</summary>
    public ImmutableArray<string> Match(string pattern)
    {
        if (!PathPattern.HasWildcards(pattern)) return [pattern];
        IEnumerable<string> found = [""];
        foreach (var part in pattern.Split('/')) found = found.SelectMany(folder => MatchIn(folder, part)).ToList();
        return [.. found.Order(StringComparer.Ordinal)];
    }

    /// <summary>The folder that it is, or that holds it.</summary>
    /// <exception cref="BuildException">It is gone.</exception>
    public Folder Open(FoundSource source) => (source.Kind == FileKind.Folder
        ? _root.Resolve(Encoding.UTF8.GetBytes(source.Path.Length == 0 ? "/" : source.Path))
        : OpenParent(source.Path)) ?? throw new BuildException($"{source.Path} is gone");

    public FileStream OpenFile(FoundSource source)
    {
        using var parent = Open(source);
        return parent.OpenFile(source.NameBytes);
    }

    public void Dispose() => _root.Dispose();

    private List<string> MatchIn(string folder, string part)
    {
        var pattern = PathPattern.Parse(part);
        // As in Docker, what a link leads to is not looked through.
        using var opened = folder.Length == 0 ? _root.Resolve("/"u8) : _root.Child(Encoding.UTF8.GetBytes(folder));
        return
        [
            .. (opened?.Names() ?? [])
                .Select(Encoding.UTF8.GetString)
                .Where(pattern.IsMatch)
                .Select(name => folder.Length == 0 ? name : $"{folder}/{name}"),
        ];
    }

    private Folder? OpenParent(string path) =>
        _root.Resolve(Encoding.UTF8.GetBytes(Path.GetDirectoryName(path) is { Length: > 0 } folder ? folder : "/"));
}

/// <summary>Something in a tree, no link.</summary>
/// <param name="Path">From the root of the tree; empty for the root.</param>
internal sealed record FoundSource(string Path, FileKind Kind)
{
    public byte[] NameBytes => Encoding.UTF8.GetBytes(System.IO.Path.GetFileName(Path));
}
