using Microsoft.Data.Sqlite;

namespace Swarm.Cluster.Tests.Hosting;

/// <summary>A folder of its own for one test's journal, gone with the test.</summary>
internal sealed class JournalFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("swarm-cluster-");

    public string Path => System.IO.Path.Combine(_folder.FullName, "journal.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }
}
