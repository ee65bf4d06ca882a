using System.Globalization;
using System.Text;
using Swarm.Linux;

namespace Swarm.Daemon.Host;

/// <summary>Keeps a second swarmd off a data root: a file locked for as long as the process lives.</summary>
internal sealed class DataRootLock : IDisposable
{
    private readonly FileStream _file;

    private DataRootLock(FileStream file) => _file = file;

    /// <exception cref="DataRootBusyException">Another swarmd has it.</exception>
    /// <exception cref="DataRootUnusableException">It cannot be made or written to.</exception>
    public static DataRootLock Take(string dataRoot)
    {
        var path = Path.Combine(dataRoot, "swarmd.lock");
        try
        {
            Directory.CreateDirectory(dataRoot);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            TellWho(file);
            return new DataRootLock(file);
        }
        catch (IOException held) when (held.HResult == Errno.EAGAIN)
        {
            throw new DataRootBusyException($"another swarmd uses the data root {dataRoot} ({path} is locked)", held);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            var why = File.Exists(dataRoot) ? "it is a file" : cause.Message;
            throw new DataRootUnusableException($"the data root {dataRoot} cannot be used: {why}", cause);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>For people who look; the lock holds without it, also on a disk that is full.</summary>
    private static void TellWho(FileStream file)
    {
        try
        {
            file.SetLength(0);
            RandomAccess.Write(file.SafeFileHandle, Encoding.ASCII.GetBytes(
                Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"), fileOffset: 0);
        }
        catch (IOException full) when (full.HResult == Errno.ENOSPC)
        {
        }
    }
}

/// <summary>Two daemons on one data root would lose each other's writes.</summary>
internal sealed class DataRootBusyException(string message, Exception cause) : Exception(message, cause);

/// <summary>Nothing can be kept there: on a read-only file system, for instance.</summary>
internal sealed class DataRootUnusableException(string message, Exception cause) : Exception(message, cause);
