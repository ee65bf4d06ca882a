using System.Diagnostics;
using Akka.Configuration;
using Akka.Persistence.Sql.Journal;
using Microsoft.Data.Sqlite;

namespace Swarm.Cluster.Hosting;

/// <summary>Akka's configuration of the journal, and the making of its file.</summary>
internal static class JournalHocon
{
    // By default half a minute, for snapshots a whole one, goes by before a database that is back is asked again.
    private const string Breaker = """
        recovery-event-timeout = 10s
        circuit-breaker { max-failures = 10, call-timeout = 10s, reset-timeout = 1s }
        """;

    // The filter discards what an entity kept that had moved away and come back: the writer in the journal is the
    // node, and one that was seen before another counts as stale. The database takes each number once anyway.
    private const string Replay = "replay-filter.mode = off";

    public static Config Write(JournalOptions journal)
    {
        var (provider, connection, kind, file) = journal switch
        {
            JournalOptions.Sqlite sqlite => ("SQLite.MS", ConnectionTo(sqlite), typeof(FileJournal), sqlite.Path),
            JournalOptions.PostgreSql postgres => (
                "PostgreSQL.15", postgres.EffectiveConnectionString, typeof(SqlWriteJournal), ""),
            _ => throw new UnreachableException($"no journal for {journal}"),
        };
        var access = $"provider-name = \"{provider}\", connection-string = {ClusterHocon.Quote(connection)}, "
            + "auto-initialize = true";
        return ConfigurationFactory.ParseString($$"""
            akka.persistence {
              journal {
                plugin = "akka.persistence.journal.sql"
                sql { class = "{{kind.FullName}}, {{kind.Assembly.GetName().Name}}", {{access}}
                  {{FileJournal.PathKey}} = {{ClusterHocon.Quote(file)}}
                  table-mapping = default, tag-write-mode = Csv, {{Replay}}
                  {{Breaker}} }
              }
              snapshot-store {
                plugin = "akka.persistence.snapshot-store.sql"
                sql { class = "Akka.Persistence.Sql.Snapshot.SqlSnapshotStore, Akka.Persistence.Sql", {{access}}
                  {{Breaker}} }
              }
            }
            """).WithFallback(Akka.Persistence.Sql.SqlPersistence.DefaultConfiguration);
    }

    /// <summary>Makes the file of an SQLite journal, and sets write-ahead logging, which stays
    /// set in the file.</summary>
    /// <remarks>
    /// Synchronous stays FULL, SQLite's default: with NORMAL a power cut may take back events that were acknowledged,
    /// and with them sequence numbers that nodes have seen, whose orders they would then refuse.
    /// </remarks>
    /// <exception cref="ClusterStartException">The file cannot be made, opened, or is no database.</exception>
    public static void Prepare(JournalOptions journal)
    {
        if (journal is not JournalOptions.Sqlite sqlite) return;

        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(sqlite.Path)) is { } folder) Directory.CreateDirectory(folder);
            using var connection = new SqliteConnection(ConnectionTo(sqlite));
            connection.Open();
            // Services may have credentials in it. What lies beside it has the same mode.
            File.SetUnixFileMode(sqlite.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode=WAL";
            if (command.ExecuteScalar() is not "wal")
            {
                throw new ClusterStartException(
                    $"journal {sqlite.Path}: its file system does not take write-ahead logging");
            }
        }
        catch (Exception cause) when (cause is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new ClusterStartException($"journal {sqlite.Path} could not be opened: {cause.Message}", cause);
        }
    }

    private static string ConnectionTo(JournalOptions.Sqlite sqlite) =>
        new SqliteConnectionStringBuilder { DataSource = sqlite.Path, Pooling = true, DefaultTimeout = 30 }.ToString();
}
