using System.Globalization;

namespace Swarm.Daemon.Host;

/// <summary>Keeps a second swarmd off a data root: a file locked for as long as the process lives.</summary>
internal sealed class DataRootLock : IDisposable
{
    private readonly FileStream _file;

    private DataRootLock(FileStream file) => _file = file;

    /// <exception cref="DataRootBusyException">Another swarmd has it.</exception>
    public static DataRootLock Take(string dataRoot)
    {
        var path = Path.Combine(dataRoot, "swarmd.lock");
        Directory.CreateDirectory(dataRoot);
        try
        {
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            file.SetLength(0);
            file.Write(global::System.Text.Encoding.ASCII.GetBytes(
                Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
            file.Flush();
            return new DataRootLock(file);
        }
        catch (IOException held)
        {
            throw new DataRootBusyException($"another swarmd uses the data root {dataRoot} ({path} is locked)", held);
        }
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>Two daemons on one data root would lose each other's writes.</summary>
internal sealed class DataRootBusyException(string message, Exception cause) : Exception(message, cause);
