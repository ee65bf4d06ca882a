using Swarm.Core.Builds;
using Swarm.Images;
using Swarm.Images.Trees;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Builds;

/// <summary>What one <c>COPY</c> or <c>ADD</c> takes, found and hashed.</summary>
internal sealed class CopySources : IDisposable
{
    private readonly List<SourceTree> _fetched = [];
    private readonly List<(CopySource Source, SourceTree Tree, FoundSource Found)> _found = [];

    private CopySources(string word) => Word = word;

    /// <summary>The instruction.</summary>
    public string Word { get; }

    /// <summary>The digest of all, for people and for the cache.</summary>
    public string Told { get; private set; } = "";

    /// <exception cref="BuildException">Something is not there, or cannot be had.</exception>
    public static async Task<CopySources> FindAsync(
        Instruction.Copy copy, OpenedSource origin, RemoteFile remote, CancellationToken cancellation)
    {
        var sources = new CopySources(copy.Unpacks ? "ADD" : "COPY");
        try
        {
            foreach (var source in copy.Sources)
            {
                if (copy.Unpacks && RemoteFile.IsAddress(source))
                {
                    await sources.FetchAsync(source, copy, origin.Scratch, remote, cancellation);
                    continue;
                }

                await BlockingStep.RunAsync(
                    () => sources.Find(source, copy, origin.Files, cancellation), cancellation);
            }

            // A wildcard may find nothing, where another source finds something.
            if (sources._found.Count == 0)
                throw new BuildException($"{sources.Word} failed: no source files were specified");
            sources.Told = await BlockingStep.RunAsync(
                () => sources.Hash(KeepsOwners(copy), cancellation), cancellation);
            return sources;
        }
        catch
        {
            sources.Dispose();
            throw;
        }
    }

    /// <summary>Copies all of it. Blocks.</summary>
    /// <exception cref="BuildException">It cannot go there.</exception>
    public void CopyTo(BuildRoot root, Instruction.Copy copy, string workingFolder, CancellationToken cancellation)
    {
        (uint, uint)? owner = copy.Owner is null
            ? null
            : FileOwners.Find(copy.Owner, root.ReadText("etc/passwd"), root.ReadText("etc/group"));
        var plans = CopyPlan.Make(
            Word, [.. _found.Select(one => one.Source)], copy.Target, workingFolder, root.IsFolder);
        var keeps = KeepsOwners(copy);
        foreach (var (plan, one) in plans.Zip(_found))
        {
            var whose = keeps || one.Source.Kind == CopyKind.Archive ? owner : owner ?? (0, 0);
            root.Copy(one.Tree, one.Found, plan, whose, cancellation);
        }
    }

    /// <summary>Files of an image or of another stage stay whose they are, unless somebody is named; those of a context
    /// are nobody's here.</summary>
    private static bool KeepsOwners(Instruction.Copy copy) => copy.Origin is not null && copy.Owner is null;

    public void Dispose()
    {
        foreach (var tree in _fetched) tree.Dispose();
    }

    private async Task FetchAsync(
        string address, Instruction.Copy copy, string scratch, RemoteFile remote, CancellationToken cancellation)
    {
        var folder = Path.Join(scratch, Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(folder);
        var name = await remote.FetchAsync(address, folder, copy.Target.EndsWith('/'), cancellation);
        var tree = new SourceTree(folder);
        _fetched.Add(tree);
        _found.Add((new CopySource(name, name, CopyKind.File), tree, new FoundSource(name, FileKind.Regular)));
    }

    private bool Find(string source, Instruction.Copy copy, SourceTree tree, CancellationToken cancellation)
    {
        var wanted = BuildPaths.OfPattern(source);
        if (!PathPattern.HasWildcards(source))
        {
            wanted = BuildPaths.OfSource(source) ?? throw new BuildException(
                $"{Word} failed: forbidden path outside the build context: {wanted} ()");
        }

        var paths = tree.Match(wanted);
        foreach (var path in paths)
        {
            var found = tree.Find(path) ?? throw new BuildException(
                $"{Word} failed: "
                + (copy.Origin is null ? "file not found in build context or excluded by .dockerignore: " : "")
                + $"stat {path}: file does not exist");
            var kind = found.Kind == FileKind.Folder ? CopyKind.Folder
                : copy.Unpacks && found.Kind == FileKind.Regular && IsArchive(tree, found, cancellation)
                    ? CopyKind.Archive
                    : CopyKind.File;
            _found.Add((new CopySource(path, Path.GetFileName(path), kind), tree, found));
        }

        return true;
    }

    private string Hash(bool withOwners, CancellationToken cancellation)
    {
        using var digest = new ContentDigest(withOwners, cancellation);
        foreach (var (source, tree, found) in _found)
        {
            digest.Add($"{source.Kind} {source.Name}");
            digest.Add(tree, found);
        }

        var kind = _found.Count > 1 ? "multi" : _found[0].Source.Kind == CopyKind.Folder ? "dir" : "file";
        return $"{kind}:{digest.Finish().Hex}";
    }

    private static bool IsArchive(SourceTree tree, FoundSource found, CancellationToken cancellation)
    {
        using var file = tree.OpenFile(found);
        try
        {
            return TreeArchive.IsArchive(file, cancellation);
        }
        catch (ImageException unsupported)
        {
            throw new BuildException($"ADD failed: {found.Path}: {unsupported.Message}", cause: unsupported);
        }
    }
}
