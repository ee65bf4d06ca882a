using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Swarm.Core;
using Swarm.Linux.Processes;
using Swarm.Linux.Rooted;

namespace Swarm.Runtime.Volumes;

/// <summary>
/// The volumes of this host: <c>volumes/NAME/_data</c>. A new one begins with what the image has at its place.
/// </summary>
internal sealed partial class VolumeStore(EngineFolders folders)
{
    private const string Content = "_data";
    private const string OwnerFile = "container";
    private readonly Lock _making = new();

    /// <summary>The volume without a name of a container at a place: always the same one.</summary>
    public static string AnonymousName(ContainerId container, string target) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{container.Value} {target}")));

    /// <summary>Finds the volume or makes it.</summary>
    /// <param name="owner">The container with which it goes; null for a named one.</param>
    /// <param name="root">The container's root file system, whose content at
    /// <paramref name="target"/> it begins with; null lets it begin empty.</param>
    /// <returns>The folder of its content.</returns>
    public string Open(string name, ContainerId? owner, RootedFolder? root, string target)
    {
        if (!Name().IsMatch(name))
        {
            throw new ContainerException(
                ContainerFault.Invalid, $"volume name '{name}' is not of letters, digits, dot, dash and underscore");
        }

        var folder = Path.Join(folders.Volumes, name);
        var content = Path.Join(folder, Content);
        if (Directory.Exists(content)) return content;

        // Two containers may come for the same new volume: one fills it, the other finds it.
        lock (_making)
        {
            if (Directory.Exists(content)) return content;
            Directory.CreateDirectory(folder);
            if (owner is { } id) File.WriteAllText(Path.Join(folder, OwnerFile), id.Value);
            var aside = content + ".new";
            if (Directory.Exists(aside)) Directory.Delete(aside, recursive: true);
            Directory.CreateDirectory(aside);
            if (root?.Resolve(target) is { } source) Copy(source, aside);
            Directory.Move(aside, content);
            return content;
        }
    }

    public void Remove(string name)
    {
        var folder = Path.Join(folders.Volumes, name);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Removes the volumes without a name whose container is no more.</summary>
    public void RemoveOrphans(Func<ContainerId, bool> exists)
    {
        foreach (var folder in Directory.GetDirectories(folders.Volumes))
        {
            var owner = Path.Join(folder, OwnerFile);
            if (File.Exists(owner) && !exists(new ContainerId(File.ReadAllText(owner))))
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <remarks>With owners, times, links, devices and attributes: what cp(1) does already.</remarks>
    private static void Copy(string source, string target)
    {
        if (!Directory.Exists(source)) return;
        var output = target + ".log";
        var process = Spawner.Start(new Spawn("/bin/cp", ["-a", source + "/.", target])
        {
            Environment = ["PATH=/usr/bin:/bin", "LC_ALL=C"],
            OutputPath = output,
        });
        var code = process.Wait();
        var said = File.ReadAllText(output).Trim();
        File.Delete(output);
        if (code != 0) throw new ContainerException(
            ContainerFault.Host, $"the image's {source} could not be copied into the volume: {said}");
    }

    [GeneratedRegex("^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$")]
    private static partial Regex Name();
}
