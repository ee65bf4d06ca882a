using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Trees;
using Swarm.Linux;
using Swarm.Linux.Files;
using Swarm.Linux.Namespaces;
using Swarm.Linux.Users;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Making;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Records;
using Swarm.Runtime.Volumes;

namespace Swarm.Runtime.Files;

/// <summary>Reads and writes containers' files, in views of their roots that last as long as the work.</summary>
internal sealed class ContainerFiles(EngineCore core, IImageStore images, INetworkPlane networks) : IContainerFiles
{
    /// <summary>One commit of a container after another: each lets it go on that has paused it.</summary>
    private readonly ConditionalWeakTable<LiveContainer, SemaphoreSlim> _commits = [];

    public Task<FileEntry> FindAsync(ContainerId id, string path, CancellationToken cancellation) =>
        InRootAsync(id, (root, _, rootPath) => Find(id, root, rootPath, path), cancellation);

    public Task ReadArchiveAsync(ContainerId id, string path, Stream archive, CancellationToken cancellation) =>
        InRootAsync(
            id,
            (root, _, _) =>
            {
                var wanted = ContainerPath.Parse(path);
                using var folder = root.Resolve(wanted.FolderBytes) ?? throw Missing(id, path);
                using var output = new BlockingWriter(archive, cancellation);
                if (wanted.Name.Length == 0)
                {
                    TreeArchive.WriteContent(folder, wanted.ShownBytes, UsersOf(id), output, cancellation);
                }
                else
                {
                    if (folder.Status(wanted.NameBytes) is null) throw Missing(id, path);
                    TreeArchive.Write(
                        folder, wanted.NameBytes, wanted.ShownBytes, UsersOf(id), output, cancellation);
                }

                output.Flush();
                return true;
            },
            cancellation);

    public Task WriteArchiveAsync(
        ContainerId id, string path, Stream archive, UnpackRules rules, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(rules);
        return InRootAsync(
            id,
            (root, mounts, rootPath) =>
            {
                ContainerPath.Parse(path);
                var at = root.PathOf(Encoding.UTF8.GetBytes(path)) ?? throw Missing(id, path);
                var into = at.Length == rootPath.Length ? "" : at[(rootPath.Length + 1)..];
                if (!Directory.Exists(at))
                {
                    throw new ContainerException(
                        ContainerFault.Invalid, $"extraction point {path} in container {id.Short} is not a directory");
                }

                CheckWritable(core.Get(id).Definition.Spec.ReadOnlyRoot, mounts, "/" + into);
                using var input = new BlockingReader(archive, cancellation);
                TreeArchive.Unpack(
                    root, Encoding.UTF8.GetBytes(into), input, rules with { Map = UsersOf(id) }, cancellation);
                return true;
            },
            cancellation);
    }

    public (uint User, uint Group) OwnerOf(ContainerId id)
    {
        var process = Execs.ExecProcess.OwnOf(core.Folders.Bundle(Record(id).Id));
        return process is null
            ? (0, 0)
            : (process["user"]!["uid"]!.GetValue<uint>(), process["user"]!["gid"]!.GetValue<uint>());
    }

    public async Task ExportAsync(ContainerId id, Stream archive, CancellationToken cancellation)
    {
        var record = Record(id);
        var path = await core.MountRootAsync(id, cancellation);
        await PrivateMounts.RunAsync(
            () =>
            {
                using var root = Folder.Open(path);
                using var output = new BlockingWriter(archive, cancellation);
                TreeArchive.WriteContent(root, [], record.Users, output, cancellation);
                output.Flush();
                return true;
            },
            cancellation);
    }

    public Task<ImmutableArray<TreeChange>> FindChangesAsync(ContainerId id, CancellationToken cancellation) =>
        ToldAsync(id, () => images.FindChangesAsync(Record(id).Id, MadeForAll(id), cancellation));

    public async Task<Digest> CommitAsync(
        ContainerId id, ImageCommit commit, bool pause, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(commit);
        var turn = _commits.GetValue(core.Get(id), _ => new SemaphoreSlim(1));
        await turn.WaitAsync(cancellation);
        try
        {
            return await CommitAloneAsync(id, commit, pause, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<Digest> CommitAloneAsync(
        ContainerId id, ImageCommit commit, bool pause, CancellationToken cancellation)
    {
        var record = Record(id);
        var isPausing = pause && record is { Phase: ContainerPhase.Running, IsPaused: false };
        if (isPausing) await core.PauseAsync(id, forWork: true, cancellation);
        try
        {
            var whole = commit with { Ignored = MadeForAll(id) };
            var image = (await ToldAsync(id, () => images.CommitAsync(id, whole, cancellation))).Id;
            // Mostly it is run next; who is faster waits for this.
            // Off the engine's threads, which the engine does not wait for when it closes.
            core.Begin(closing => ToldAsync(
                id, () => Task.Run(() => images.UnpackAsync(image, closing), CancellationToken.None)));
            return image;
        }
        finally
        {
            if (isPausing) await core.UnpauseIfPausedAsync(id);
        }
    }

    public async Task<ContainerPlaces> FindPlacesAsync(ContainerId id, CancellationToken cancellation)
    {
        var record = Record(id);
        // Who shares the networks of another container has its names, too.
        var named = NamespaceChoice.ContainerOf(record.Definition.Spec.Shared.Network) ?? id;
        return new ContainerPlaces
        {
            Layers = images.PlacesOf(id),
            HostsFile = NameFile("hosts"),
            HostnameFile = NameFile("hostname"),
            ResolverFile = NameFile("resolv.conf"),
            NetworkNamespace = (await networks.FindAsync(id, cancellation))?.NamespacePath ?? "",
        };

        string NameFile(string name) =>
            Path.Join(core.Folders.Bundle(named), name) is var path && File.Exists(path) ? path : "";
    }

    public Task<Bytes> WritableSizeAsync(ContainerId id, CancellationToken cancellation) =>
        ToldAsync(id, () => images.WritableSizeAsync(Record(id).Id, cancellation));

    private FileEntry Find(ContainerId id, Folder root, string rootPath, string path)
    {
        var wanted = ContainerPath.Parse(path);
        using var folder = root.Resolve(wanted.FolderBytes) ?? throw Missing(id, path);
        var status = wanted.Name.Length == 0 ? folder.Status() : folder.Status(wanted.NameBytes);
        if (status is not { } found) throw Missing(id, path);
        return new FileEntry(
            wanted.Shown, found.Kind, found.Mode, found.Size, Time(found.Modified),
            found.Kind == FileKind.SymbolicLink ? Follow(folder, root, rootPath, wanted) : "");
    }

    private static string Follow(Folder folder, Folder root, string rootPath, ContainerPath wanted)
    {
        var whole = wanted.Folder.Length == 0 ? wanted.Name : wanted.Folder + "/" + wanted.Name;
        if (root.PathOf(Encoding.UTF8.GetBytes(whole)) is { } found)
            return found.Length == rootPath.Length ? "/" : found[rootPath.Length..];
        // It leads to what is not there (yet).
        var said = Encoding.UTF8.GetString(folder.LinkTarget(wanted.NameBytes));
        return Path.GetFullPath(Path.Combine("/" + wanted.Folder, said));
    }

    private async Task<T> InRootAsync<T>(
        ContainerId id, Func<Folder, ImmutableArray<BundleMount>, string, T> work, CancellationToken cancellation)
    {
        var record = Record(id);
        return await ToldAsync(id, async () =>
        {
            var path = await core.MountRootAsync(id, cancellation);
            try
            {
                return await core.WithVolumesAsync(record, () => RunAsync(path), cancellation);
            }
            catch (LinuxException) when (!Directory.Exists(path))
            {
                throw EngineCore.Missing(id); // it is being removed
            }
        });

        Task<T> RunAsync(string path)
        {
            var mounts = BindsOf(record);
            return PrivateMounts.RunAsync(
                () =>
                {
                    using var root = RootView.Open(path, mounts, record.Users);
                    return work(root, mounts, path);
                },
                cancellation);
        }
    }

    private async Task<T> ToldAsync<T>(ContainerId id, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception refused) when (HostRefusal.Of(refused) is { } told)
        {
            core.Get(id); // where it was removed meanwhile, that is why
            throw told;
        }
    }

    private static void CheckWritable(bool isReadOnlyRoot, ImmutableArray<BundleMount> mounts, string path)
    {
        var mount = mounts.Where(mount => path == mount.Target
                || path.StartsWith(mount.Target + "/", StringComparison.Ordinal))
            .MaxBy(mount => mount.Target.Length);
        if (mount is { } own && own.Options.Contains("ro"))
            throw new ContainerException(ContainerFault.ReadOnly, "mounted volume is marked read-only");
        if (mount is null && isReadOnlyRoot)
            throw new ContainerException(ContainerFault.ReadOnly, "container rootfs is marked read-only");
    }

    /// <remarks>Files of the engine's own are in its bundle, once it was started.</remarks>
    private ImmutableArray<BundleMount> BindsOf(ContainerRecord record)
    {
        ImmutableArray<ContainerMount> settled = [.. (record.Mounts ?? []).Where(mount => mount.Path.Length > 0)];
        var targets = settled.Select(mount => mount.Spec.Target).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. RootView.ReadMounts(core.Folders.Bundle(record.Id))
                .Where(mount => mount.Kind == "bind" && !targets.Contains(mount.Target)),
            .. MountChoice.Choose(settled, _ => null),
        ];
    }

    /// <summary>What every container gets. What was made to mount its volumes on is its own, as in Docker: an image of
    /// it has a place for them.</summary>
    private ImmutableHashSet<string> MadeForAll(ContainerId id) =>
    [
        .. RootView.ReadMounts(core.Folders.Bundle(id)).Select(mount => mount.Target)
            .Except((Record(id).Mounts ?? []).Select(mount => mount.Spec.Target)),
        .. NameFiles.Targets,
        ContainerMark.Path,
        .. images.PlacesOf(id) is { } places && MountTableLink.IsIn(places.Upper)
            ? [MountTableLink.Path]
            : (string[])[],
    ];

    private IdMap? UsersOf(ContainerId id) => Record(id).Users;

    private ContainerRecord Record(ContainerId id) => core.Get(id).Record
        ?? throw new ContainerException(ContainerFault.WrongPhase, $"container {id.Short} is being made");

    private static DateTimeOffset Time(FileTime time) =>
        DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);

    private ContainerException Missing(ContainerId id, string path) =>
        new(ContainerFault.NotFound, $"Could not find the file {path} in container {core.Get(id).Definition.Name}");
}
