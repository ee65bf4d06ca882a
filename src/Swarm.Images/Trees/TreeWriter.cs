using Swarm.Images.Tar;
using Swarm.Linux;
using Swarm.Linux.Files;
using Swarm.Linux.Users;

namespace Swarm.Images.Trees;

/// <summary>Writes files and folders as the entries of a tar, with owners, times, hard links and capabilities.
/// </summary>
/// <param name="map">By which the tree is shown, and that is undone in the tar; null: owners are as they are.</param>
internal sealed class TreeWriter(Stream output, IdMap? map, CancellationToken cancellation)
{
    private readonly TarWriter _tar = new(output);
    private readonly Dictionary<(DeviceNumber, ulong), byte[]> _linked = [];

    /// <summary>Of the regular files that were written, each once.</summary>
    public long ContentBytes { get; private set; }

    /// <inheritdoc cref="TarWriter.Headers"/>
    public long Headers => _tar.Headers;

    /// <summary>Writes an entry, and all below it.</summary>
    /// <param name="shown">Its name in the tar; the names below it begin with it.</param>
    public void WriteTree(Folder parent, byte[] name, byte[] shown)
    {
        if (parent.Status(name) is not { } status) return; // gone meanwhile
        WriteEntry(parent, name, shown, status);
        if (status.Kind != FileKind.Folder) return;
        using var folder = parent.ChildOrMounted(name);
        if (folder is not null) WriteContent(folder, shown);
    }

    /// <summary>Writes all that is in a folder, and not the folder itself.</summary>
    public void WriteContent(Folder folder, byte[] shown)
    {
        foreach (var name in folder.Names())
        {
            byte[] below = shown is [] or [.., (byte)'/'] ? [.. shown, .. name] : [.. shown, (byte)'/', .. name];
            WriteTree(folder, name, below);
        }
    }

    /// <summary>Writes one entry alone. Sockets are left out: they mean nothing elsewhere.</summary>
    public void WriteEntry(Folder parent, byte[] name, byte[] shown, FileStatus status)
    {
        cancellation.ThrowIfCancellationRequested();
        if (status.Kind == FileKind.Socket) return;
        var entry = new TarEntry
        {
            Name = status.Kind == FileKind.Folder && shown is not [.., (byte)'/'] ? [.. shown, (byte)'/'] : shown,
            Kind = KindOf(status.Kind),
            Mode = status.Mode,
            UserId = map?.UserInside(status.UserId) ?? status.UserId,
            GroupId = map?.GroupInside(status.GroupId) ?? status.GroupId,
            Modified = status.Modified,
            Device = status.Kind is FileKind.CharacterDevice or FileKind.BlockDevice ? status.Represents : default,
        };
        switch (status.Kind)
        {
            case FileKind.SymbolicLink:
                _tar.WriteEntry(entry with { LinkName = parent.LinkTarget(name) });
                break;
            case FileKind.Regular when _linked.TryGetValue((status.Device, status.Inode), out var first):
                _tar.WriteEntry(entry with { Kind = TarKind.HardLink, LinkName = first });
                break;
            case FileKind.Regular:
                var isThere = TryWriteFile(parent, name, entry with { Size = status.Size });
                if (isThere && status.Links > 1) _linked[(status.Device, status.Inode)] = shown;
                break;
            default:
                _tar.WriteEntry(entry);
                break;
        }
    }

    /// <summary>Writes a name that says something of the layers below.</summary>
    public void WriteMark(byte[] shown, FileTime modified) => _tar.WriteEntry(new TarEntry
    {
        Name = shown,
        Kind = TarKind.File,
        Mode = 0x180,
        Modified = modified,
    });

    public void WriteEnd() => _tar.WriteEnd();

    /// <returns>False when it is gone.</returns>
    private bool TryWriteFile(Folder parent, byte[] name, TarEntry entry)
    {
        FileStream file;
        try
        {
            file = parent.OpenFile(name);
        }
        catch (LinuxException gone) when (gone.Number is Errno.ENOENT or Errno.ELOOP)
        {
            return false;
        }

        using (file)
        {
            const string Capability = "security.capability";
            var capability = parent.Attribute(name, "security.capability"u8);
            if (capability is not null && map is not null) capability = FileCapabilities.ToInside(capability, map);
            _tar.WriteEntry(capability is null ? entry : entry with
            {
                Attributes = [new TarAttribute(System.Text.Encoding.ASCII.GetBytes(Capability), capability)],
            });
            _tar.WriteContent(file, entry.Size, cancellation);
            ContentBytes += entry.Size;
            return true;
        }
    }

    private static TarKind KindOf(FileKind kind) => kind switch
    {
        FileKind.Folder => TarKind.Folder,
        FileKind.SymbolicLink => TarKind.SymbolicLink,
        FileKind.CharacterDevice => TarKind.CharacterDevice,
        FileKind.BlockDevice => TarKind.BlockDevice,
        FileKind.Fifo => TarKind.Fifo,
        _ => TarKind.File,
    };
}
