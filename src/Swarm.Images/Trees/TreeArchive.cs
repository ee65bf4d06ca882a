using Swarm.Images.Blobs;
using Swarm.Images.Tar;
using Swarm.Images.Unpacking;
using Swarm.Linux.Files;
using Swarm.Linux.Users;

namespace Swarm.Images.Trees;

/// <summary>Trees of files as tar, out of a root file system and into one.</summary>
public static class TreeArchive
{
    /// <summary>Writes an entry of a folder, and all below it. Blocks.</summary>
    /// <param name="shown">The name it has in the tar.</param>
    /// <param name="map">By which the tree is shown, and that is undone in the tar; null: owners are as they are.
    /// </param>
    public static void Write(
        Folder parent, byte[] name, byte[] shown, IdMap? map, Stream output, CancellationToken cancellation)
    {
        var writer = new TreeWriter(output, map, cancellation);
        writer.WriteTree(parent, name, shown);
        writer.WriteEnd();
    }

    /// <summary>Writes all that is in a folder. Blocks.</summary>
    /// <param name="shown">What the names in the tar begin with; empty for nothing.</param>
    /// <param name="map">As in <see cref="Write"/>.</param>
    public static void WriteContent(
        Folder folder, byte[] shown, IdMap? map, Stream output, CancellationToken cancellation)
    {
        var writer = new TreeWriter(output, map, cancellation);
        if (shown.Length > 0) writer.WriteEntry(folder, "."u8.ToArray(), shown, folder.Status());
        writer.WriteContent(folder, shown);
        writer.WriteEnd();
    }

    /// <summary>Copies an entry of a folder, and all below it, to another root. Blocks.</summary>
    /// <param name="newName">What it is called there.</param>
    /// <param name="into">A folder that exists, from the root.</param>
    /// <exception cref="ImageException">Something of another kind is in the way.</exception>
    public static void Copy(
        Folder parent, byte[] name, byte[] newName, Folder root, byte[] into, UnpackRules rules,
        CancellationToken cancellation) => TreePipe.Run(
            output => Write(parent, name, newName, map: null, output, cancellation),
            input => Unpack(root, into, input, rules, cancellation));

    /// <summary>Copies all that is in a folder to another root. Blocks.</summary>
    public static void CopyContent(
        Folder folder, Folder root, byte[] into, UnpackRules rules, CancellationToken cancellation) => TreePipe.Run(
            output => WriteContent(folder, [], map: null, output, cancellation),
            input => Unpack(root, into, input, rules, cancellation));

    /// <summary>Whether a file is a tar, plain or compressed. Blocks.</summary>
    /// <exception cref="ImageException">It is one that begins with what is not supported; it takes a program that is
    /// not on this host: nobody can tell.</exception>
    public static bool IsArchive(Stream file, CancellationToken cancellation)
    {
        var limits = new UnpackLimits();
        using var plain = new PlainStream(file, limits.LayerMax, limits, hashed: false, "archive", cancellation);
        try
        {
            return new TarReader(plain, limits, "archive").Next() is not null;
        }
        catch (ImageException refused) when (refused.Fault != ImageFault.Unsupported)
        {
            return false;
        }
    }

    /// <summary>Unpacks a tar (plain, gzip, zstd, xz or bzip2) below a root. Blocks.</summary>
    /// <param name="into">A folder that exists, from the root.</param>
    /// <exception cref="ImageException">What of the archive is wrong, or not allowed.</exception>
    public static void Unpack(
        Folder root, byte[] into, Stream tar, UnpackRules rules, CancellationToken cancellation)
    {
        const string Subject = "archive";
        var limits = new UnpackLimits();
        using var plain = new PlainStream(tar, limits.LayerMax, limits, hashed: false, Subject, cancellation);
        using var unpacker = new TreeUnpacker(root, into, new TarReader(plain, limits, Subject), rules);
        unpacker.Unpack();
    }
}
