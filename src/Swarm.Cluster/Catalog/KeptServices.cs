using System.Collections.Immutable;
using System.Data.Common;
using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Npgsql;
using Swarm.Cluster.Hosting;
using Swarm.Cluster.Services;
using Swarm.Core;

namespace Swarm.Cluster.Catalog;

/// <summary>Which services the journal knows, those that were removed included: the 2,000 that changed last.</summary>
/// <remarks>Read from its tables, as the default mapping of Akka.Persistence.Sql names them.</remarks>
internal static class KeptServices
{
    private const string Query = $"""
        SELECT persistence_id FROM (
          SELECT persistence_id, MAX(created) AS changed FROM (
            SELECT persistence_id, created FROM journal WHERE persistence_id LIKE '{ServiceEntity.IdPrefix}%'
            UNION ALL
            SELECT persistence_id, created FROM snapshot WHERE persistence_id LIKE '{ServiceEntity.IdPrefix}%') AS kept
          GROUP BY persistence_id) AS latest
        ORDER BY changed DESC LIMIT 2000
        """;

    /// <exception cref="DbException">The database does not answer, or has no such tables.</exception>
    public static async Task<ImmutableArray<ServiceName>> ReadAsync(JournalOptions journal)
    {
        await using var connection = Connect(journal);
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = Query;
        await using var rows = await command.ExecuteReaderAsync();
        var names = ImmutableArray.CreateBuilder<ServiceName>();
        while (await rows.ReadAsync()) names.Add(new ServiceName(rows.GetString(0)[ServiceEntity.IdPrefix.Length..]));
        return names.ToImmutable();
    }

    private static DbConnection Connect(JournalOptions journal) => journal switch
    {
        JournalOptions.Sqlite sqlite => new SqliteConnection(
            new SqliteConnectionStringBuilder { DataSource = sqlite.Path }.ToString()),
        JournalOptions.PostgreSql postgres => new NpgsqlConnection(postgres.EffectiveConnectionString),
        _ => throw new UnreachableException($"no way to read {journal}"),
    };
}
