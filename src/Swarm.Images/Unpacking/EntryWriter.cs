using Swarm.Images.Tar;
using Swarm.Linux;
using Swarm.Linux.Files;

namespace Swarm.Images.Unpacking;

/// <summary>Makes one entry under a name, with owner, attributes, permissions and times, in
/// the order that keeps them all.</summary>
internal sealed class EntryWriter(TarReader tar)
{
    /// <returns>False when something of this name exists; then nothing was done, and no content was read.</returns>
    /// <exception cref="ImageException">A kind of entry that no layer may have.</exception>
    public bool TryMake(Folder parent, ReadOnlySpan<byte> name, TarEntry entry)
    {
        try
        {
            switch (entry.Kind)
            {
                case TarKind.File:
                    MakeFile(parent, name, entry);
                    return true;
                case TarKind.SymbolicLink:
                    if (entry.LinkName.Length == 0) throw tar.Invalid(entry, "symbolic link to nothing");
                    parent.MakeSymbolicLink(name, entry.LinkName);
                    break;
                case TarKind.Fifo:
                    parent.MakeNode(name, FileKind.Fifo, default);
                    break;
                default:
                    // The overlay takes such a device for "deleted here".
                    if (entry.Device == default) throw tar.Invalid(entry, "device 0/0");
                    parent.MakeNode(name, KindOf(entry.Kind), entry.Device);
                    break;
            }
        }
        catch (LinuxException refused) when (refused.Number == Errno.EEXIST)
        {
            return false;
        }

        SetAttributes(parent, name, entry);
        parent.SetTimes(name, entry.Modified, entry.Modified);
        return true;
    }

    /// <summary>Sets all but the times.</summary>
    public static void SetAttributes(Folder parent, ReadOnlySpan<byte> name, TarEntry entry)
    {
        parent.SetOwner(name, entry.UserId, entry.GroupId);
        foreach (var attribute in entry.Attributes)
        {
            if (!IsKept(attribute)) continue;
            try
            {
                parent.SetAttribute(name, attribute.Name, attribute.Value);
            }
            catch (LinuxException refused) when (MayLack(refused))
            {
            }
        }

        if (entry.Kind != TarKind.SymbolicLink) parent.SetMode(name, entry.Mode);
    }

    private void MakeFile(Folder parent, ReadOnlySpan<byte> name, TarEntry entry)
    {
        using var file = parent.MakeFile(name, 0x180);
        for (var content = tar.NextContent(); !content.IsEmpty; content = tar.NextContent()) file.Write(content);

        // Changing the owner clears set-user-id and capabilities, so it comes first.
        file.SetOwner(entry.UserId, entry.GroupId);
        foreach (var attribute in entry.Attributes)
        {
            if (!IsKept(attribute)) continue;
            try
            {
                file.SetAttribute(attribute.Name, attribute.Value);
            }
            catch (LinuxException refused) when (MayLack(refused))
            {
            }
        }

        file.SetMode(entry.Mode);
        file.SetTimes(entry.Modified, entry.Modified);
    }

    private static FileKind KindOf(TarKind kind) =>
        kind == TarKind.BlockDevice ? FileKind.BlockDevice : FileKind.CharacterDevice;

    // The overlay believes its own attributes: a layer that brought them could point into other layers.
    // The labels of another host's security module mean nothing here.
    private static bool IsKept(TarAttribute attribute) =>
        !attribute.Name.AsSpan().StartsWith("trusted.overlay."u8)
        && !attribute.Name.AsSpan().StartsWith("user.overlay."u8)
        && !attribute.Name.AsSpan().SequenceEqual("security.selinux"u8)
        && !attribute.Name.AsSpan().SequenceEqual("security.nfs4_acl"u8);

    // The file system has no such attributes, or not for this kind of file.
    private static bool MayLack(LinuxException refused) => refused.Number is Errno.EOPNOTSUPP or Errno.EPERM;
}
