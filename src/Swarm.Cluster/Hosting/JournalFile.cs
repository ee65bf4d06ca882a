using System.Text;
using Swarm.Linux;
using Swarm.Linux.Files;

namespace Swarm.Cluster.Hosting;

/// <summary>The file of an SQLite journal as it was when the node started.</summary>
/// <remarks>
/// Deleted or replaced under a running process it goes on to be written, and is gone with the process: what is
/// acknowledged then is lost. So it is looked at before and after each write.
/// </remarks>
internal sealed class JournalFile
{
    private readonly string _path;
    private readonly (DeviceNumber Device, ulong Inode)? _opened;

    /// <param name="path">Of the file that is there now.</param>
    public JournalFile(string path)
    {
        _path = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(path);
        _opened = Find();
    }

    /// <summary>Why what is written now would not last; null while the file is in its place.</summary>
    public string? Fault => Find() switch
    {
        null => $"the journal {_path} was deleted while swarmd ran: nothing new is taken. Put it back, or restart "
            + "swarmd and follow what it says",
        { } now when now != _opened =>
            $"the journal {_path} was replaced by another file while swarmd ran: nothing new is taken until swarmd "
            + "is restarted on the one that shall count",
        _ => null,
    };

    /// <exception cref="IOException">The file is not in its place.</exception>
    public void Check()
    {
        if (Fault is { } fault) throw new IOException(fault);
    }

    private (DeviceNumber Device, ulong Inode)? Find()
    {
        try
        {
            using var folder = Folder.Open(Path.GetDirectoryName(_path)!);
            return folder.Status(Encoding.UTF8.GetBytes(Path.GetFileName(_path))) is { } status
                ? (status.Device, status.Inode)
                : null;
        }
        catch (LinuxException gone) when (gone.Number is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null; // with its folder
        }
    }
}
