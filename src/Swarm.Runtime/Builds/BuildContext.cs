using System.Text;
using Swarm.Core.Builds;
using Swarm.Images;
using Swarm.Images.Trees;
using Swarm.Linux;
using Swarm.Linux.Files;
using Swarm.Runtime.Files;

namespace Swarm.Runtime.Builds;

/// <summary>The files that a build may copy, in a folder of its own that is removed afterwards.</summary>
internal sealed class BuildContext : IDisposable
{
    private const long DockerfileBytesMax = 16 * 1024 * 1024;
    private const string DefaultName = "Dockerfile";
    private const string RulesName = ".dockerignore";

    private readonly BuildFolder _folder;

    private BuildContext(BuildFolder folder) => (_folder, Files) = (folder, new SourceTree(folder.Files));

    public SourceTree Files { get; }

    /// <summary>Where files may be put aside.</summary>
    public string Scratch => _folder.Scratch;

    /// <summary>Unpacks a context. Blocks.</summary>
    /// <exception cref="BuildException">It is no archive, or a broken one.</exception>
    public static BuildContext Receive(BuildFolder folder, Stream archive, CancellationToken cancellation)
    {
        try
        {
            using var reader = new BlockingReader(archive, cancellation);
            using var root = Folder.Open(folder.Files);
            TreeArchive.Unpack(root, [], reader, new UnpackRules(KeepKinds: false, Owner: null), cancellation);
            return new BuildContext(folder);
        }
        catch (ImageException broken)
        {
            folder.Dispose();
            throw new BuildException($"build context: {broken.Message}", isInvalid: true, cause: broken);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Reads the Dockerfile, and takes away what is to be kept out of the build. Blocks.</summary>
    /// <exception cref="BuildException">There is no such file, or it is none.</exception>
    public string TakeDockerfile(string named, CancellationToken cancellation)
    {
        var path = BuildPaths.Clean(named.Length == 0 ? DefaultName : named);
        if (path == ".." || path.StartsWith("../", StringComparison.Ordinal))
        {
            throw new BuildException(
                $"forbidden path outside the build context: {named}", isInvalid: true);
        }

        var text = Read(path) ?? (named.Length == 0 ? Read("dockerfile") : null)
            ?? throw new BuildException($"Cannot locate specified Dockerfile: {path}", isInvalid: true);
        if (text.Length == 0)
            throw new BuildException($"the Dockerfile ({path}) cannot be empty", isInvalid: true);
        if (Read(RulesName) is { } rules && IgnoreRules.Parse(rules) is { IsEmpty: false } ignored)
        {
            using var root = Folder.Open(_folder.Files);
            Remove(root, "", ignored, cancellation);
        }

        return text;
    }

    public void Dispose()
    {
        Files.Dispose();
        _folder.Dispose();
    }

    private string? Read(string path)
    {
        if (Files.Find(path) is not { Kind: FileKind.Regular } found) return null;
        using var file = Files.OpenFile(found);
        if (file.Length > DockerfileBytesMax)
        {
            throw new BuildException(
                $"{path} has {file.Length} bytes, more than {DockerfileBytesMax}", isInvalid: true);
        }

        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }

    private static void Remove(Folder folder, string path, IgnoreRules rules, CancellationToken cancellation)
    {
        foreach (var name in folder.Names())
        {
            cancellation.ThrowIfCancellationRequested();
            var shown = Encoding.UTF8.GetString(name);
            var child = path.Length == 0 ? shown : $"{path}/{shown}";
            if (folder.Status(name) is { Kind: FileKind.Folder })
            {
                using (var below = folder.Child(name) ?? throw new LinuxException("openat2", Errno.EBUSY, child))
                {
                    Remove(below, child, rules, cancellation);
                }

                // What an exception keeps keeps its folder.
                if (rules.IsIgnored(child)) folder.RemoveEmptyFolder(name);
            }
            else if (rules.IsIgnored(child))
            {
                folder.RemoveFile(name);
            }
        }
    }
}
