using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Swarm.Cluster.Hosting;

/// <summary>Asks the journal's database itself whether it is there, and whether a file takes anything.</summary>
public static class JournalProbe
{
    private const int PatienceSeconds = 3;
    private const int SqliteFull = 13;

    /// <returns>Why it does not answer, without any secret; null when it does.</returns>
    public static async Task<string?> FindFaultAsync(JournalOptions journal)
    {
        try
        {
            await (journal switch
            {
                JournalOptions.Sqlite sqlite => AskAsync(sqlite),
                JournalOptions.PostgreSql postgres => AskAsync(postgres),
                _ => throw new UnreachableException($"no way to ask {journal}"),
            });
            return null;
        }
        catch (SqliteException cause) when (cause.SqliteErrorCode == SqliteFull)
        {
            return $"{Name(journal)}: its disk is full";
        }
        catch (Exception cause) when (cause is NpgsqlException or SqliteException or ArgumentException
            or TimeoutException or System.Net.Sockets.SocketException)
        {
            return $"{Name(journal)}: {cause.GetBaseException().Message}";
        }
    }

    /// <summary>Whether anything was ever kept in the file, which exists.</summary>
    /// <exception cref="ClusterStartException">It cannot be read.</exception>
    public static bool HasEvents(JournalOptions.Sqlite journal)
    {
        ArgumentNullException.ThrowIfNull(journal);
        try
        {
            using var connection = new SqliteConnection(Settings(journal));
            connection.Open();
            return HasRows(connection, "journal") || HasRows(connection, "snapshot");
        }
        catch (SqliteException refused)
        {
            throw new ClusterStartException($"the journal {journal.Path} cannot be read: {refused.Message}", refused);
        }
    }

    private static bool HasRows(SqliteConnection connection, string table)
    {
        using var find = connection.CreateCommand();
        find.CommandText = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $table";
        find.Parameters.AddWithValue("$table", table);
        if (find.ExecuteScalar() is null) return false;

        using var look = connection.CreateCommand();
        look.CommandText = $"SELECT 1 FROM {table} LIMIT 1";
        return look.ExecuteScalar() is not null;
    }

    private static async Task AskAsync(JournalOptions.Sqlite journal)
    {
        await using var connection = new SqliteConnection(Settings(journal));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        var version = (long)(await command.ExecuteScalarAsync())!;

        // As it was: but the disk must take it.
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}");
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Never made by a question: an empty one would pass for the journal.</summary>
    private static string Settings(JournalOptions.Sqlite journal) => new SqliteConnectionStringBuilder
    {
        DataSource = journal.Path,
        DefaultTimeout = PatienceSeconds,
        Mode = SqliteOpenMode.ReadWrite,
        Pooling = false,
    }.ToString();

    private static async Task AskAsync(JournalOptions.PostgreSql journal)
    {
        // Not out of the pool: what the entities have used up is theirs to wait for.
        var settings = new NpgsqlConnectionStringBuilder(journal.EffectiveConnectionString)
        {
            Pooling = false,
            Timeout = PatienceSeconds,
            CommandTimeout = PatienceSeconds,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        await command.ExecuteScalarAsync();
    }

    private static string Name(JournalOptions journal)
    {
        if (journal is not JournalOptions.PostgreSql postgres) return ((JournalOptions.Sqlite)journal).Path;

        var settings = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        return $"PostgreSQL at {settings.Host}:{settings.Port}, database {settings.Database ?? settings.Username}";
    }
}
