using Swarm.Core;
using Swarm.Linux.Files;
using Swarm.Linux.Mounts;
using Swarm.Linux.Quotas;

namespace Swarm.Images.Snapshots;

/// <summary>Holds writable layers to a size: each that has a limit is a project of its own.</summary>
/// <remarks>
/// Which project a layer is and what it takes, the file system keeps; here is no list of them. A number is free while
/// no file has it: the folders of a layer have it as long as they are there. Drawn in docs/images.md.
/// </remarks>
internal sealed class LayerQuota(StoreFolders folders)
{
    /// <summary>Far from the small numbers that people and other programs take.</summary>
    private const uint Lowest = 1 << 30;

    /// <summary>The numbers of a store, and the stores on one file system that have numbers of their own.</summary>
    private const uint Numbers = 1 << 16, Stores = 1 << 14;

    /// <exception cref="ImageException">The file system of the store holds nothing to a size; told with what to do.
    /// </exception>
    public void Require()
    {
        if (ProjectQuota.IsEnforced(folders.Snapshots)) return;
        using var top = Folder.Open("/");
        var mount = MountTable.Read().Find(top.PathOf(System.Text.Encoding.UTF8.GetBytes(folders.Snapshots)) ?? "/");
        throw new ImageException(
            ImageFault.Unsupported,
            $"the size of a writable layer (--storage-opt size) cannot be limited here: {folders.Root} lies on "
            + $"{mount.Kind}, mounted at {mount.Point} without project quotas. That takes XFS mounted with the option "
            + "prjquota, or ext4 with the features project and quota (tune2fs -O project,quota -Q prjquota) mounted "
            + "with prjquota, and Linux 5.14");
    }

    /// <summary>Limits what will be made in empty folders of a layer, all together.</summary>
    public void Limit(IReadOnlyList<string> layer, Bytes size)
    {
        var project = FindFree(layer[0]);
        ProjectQuota.SetLimit(layer[0], project, size.Value);
        foreach (var folder in layer) ProjectQuota.Assign(folder, project);
    }

    /// <returns>The number of a layer that has a limit; null where its folder is gone.</returns>
    public static uint? ProjectOf(string folder) =>
        Directory.Exists(folder) ? ProjectQuota.ProjectOf(folder) : null;

    /// <summary>Lifts the limit of a layer that is no more.</summary>
    /// <remarks>Where limits are not kept at the moment, it stays until somebody gets the number again.</remarks>
    public void Release(uint project)
    {
        if (ProjectQuota.IsEnforced(folders.Snapshots)) ProjectQuota.SetLimit(folders.Snapshots, project, 0);
    }

    // Low numbers first: the kernel keeps a place on the disk for each that was ever used.
    private uint FindFree(string folder)
    {
        using var own = Folder.Open(folders.Snapshots);
        var first = Lowest + (uint)(own.Status().Inode % Stores) * Numbers;
        for (uint project = first; project < first + Numbers; project++)
        {
            if (ProjectQuota.UseOf(folder, project) is { Inodes: 0, Bytes: 0 }) return project;
        }

        throw new ImageException(
            ImageFault.InUse, $"no project of the file system of {folders.Root} is free: {Numbers} have files");
    }
}
