using System.Text;
using Swarm.Core.Builds;
using Swarm.Images;
using Swarm.Images.Trees;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Builds;

/// <summary>The root of an image that files are copied into. Nothing is made outside of it, whatever its links say.
/// </summary>
internal sealed class BuildRoot : IDisposable
{
    /// <summary>As many as the kernel follows.</summary>
    private const int LinksMax = 40;

    private readonly Folder _root;
    private readonly string _path;

    public BuildRoot(string path)
    {
        _root = Folder.Open(path);
        _path = _root.PathOf("/"u8) ?? path;
    }

    public bool IsFolder(string path)
    {
        using var found = _root.Resolve(Absolute(path));
        return found is not null;
    }

    /// <summary>Copies one source to its place. Blocks.</summary>
    /// <param name="owner">Whose it shall be; null leaves it to whom it is.</param>
    /// <exception cref="BuildException">Something of another kind is in the way.</exception>
    public void Copy(
        SourceTree tree, FoundSource source, PlannedCopy plan, (uint User, uint Group)? owner,
        CancellationToken cancellation)
    {
        var rules = new UnpackRules(KeepKinds: true, owner);
        try
        {
            switch (plan.Source.Kind)
            {
                case CopyKind.Archive:
                    MakeFolders(plan.Target, owner ?? (0, 0));
                    using (var file = tree.OpenFile(source))
                        TreeArchive.Unpack(_root, Bytes(plan.Target), file, rules, cancellation);
                    break;
                case CopyKind.Folder:
                    MakeFolders(plan.Target, owner ?? (0, 0));
                    using (var folder = tree.Open(source))
                        TreeArchive.CopyContent(folder, _root, Bytes(plan.Target), rules, cancellation);
                    break;
                default:
                    CopyFile(tree, source, Follow(plan.Target), rules, cancellation);
                    break;
            }
        }
        catch (ImageException refused)
        {
            throw new BuildException(refused.Message, cause: refused);
        }
    }

    /// <summary>Makes the folders of a path that are missing, links followed. Blocks.</summary>
    /// <exception cref="BuildException">Something on the way is no folder.</exception>
    /// <returns>Whether there was something to make.</returns>
    public bool MakeFolders(string path, (uint User, uint Group) owner)
    {
        var made = false;
        var walked = "";
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = $"{walked}/{part}";
            if (!IsFolder(next))
            {
                using var parent = _root.Resolve(Absolute(walked));
                var name = Encoding.UTF8.GetBytes(part);
                if (parent is null || !parent.MakeFolder(name, 0x1ed))
                    throw new BuildException($"cannot make the directory {path}: {next} is no directory");
                parent.SetOwner(name, owner.User, owner.Group);
                parent.SetMode(name, 0x1ed);
                made = true;
            }

            walked = next;
        }

        return made;
    }

    /// <summary>Reads a small text file.</summary>
    /// <returns>Null where there is none.</returns>
    public string? ReadText(string path)
    {
        using var tree = new SourceTree(_path);
        if (tree.Find(path) is not { Kind: FileKind.Regular } found) return null;
        using var reader = new StreamReader(tree.OpenFile(found));
        return reader.ReadToEnd();
    }

    public void Dispose() => _root.Dispose();

    private void CopyFile(
        SourceTree tree, FoundSource source, string target, UnpackRules rules, CancellationToken cancellation)
    {
        var slash = target.LastIndexOf('/');
        var (folder, name) = (target[..slash], target[(slash + 1)..]);
        if (name.Length == 0) throw new BuildException("a file cannot be copied to /");
        MakeFolders(folder, rules.Owner ?? (0, 0));
        using var parent = tree.Open(source);
        TreeArchive.Copy(
            parent, source.NameBytes, Encoding.UTF8.GetBytes(name), _root, Bytes(folder), rules, cancellation);
    }

    /// <summary>Where a link leads that a file is copied to: what it leads to is made or replaced, and not the link.
    /// </summary>
    private string Follow(string path)
    {
        for (var links = 0; ; links++)
        {
            var slash = path.LastIndexOf('/');
            var name = Encoding.UTF8.GetBytes(path[(slash + 1)..]);
            using var parent = _root.Resolve(Absolute(path[..slash]));
            if (name.Length == 0 || parent?.Status(name) is not { Kind: FileKind.SymbolicLink }) return path;
            if (links == LinksMax) throw new BuildException($"too many links at {path}");
            var folder = _root.PathOf(Absolute(path[..slash])) is { } real && real.Length > _path.Length
                ? real[_path.Length..]
                : "/";
            path = BuildPaths.From(folder, Encoding.UTF8.GetString(parent.LinkTarget(name)));
        }
    }

    private static byte[] Absolute(string path) => Encoding.UTF8.GetBytes("/" + path);

    private static byte[] Bytes(string path) => path.TrimStart('/') is { Length: > 0 } inner
        ? Encoding.UTF8.GetBytes(inner)
        : [];
}
