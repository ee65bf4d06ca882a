using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;

namespace Swarm.Daemon.Configuration;

/// <summary>All settings of one swarmd, checked. Each is told in config/reference.conf.</summary>
internal sealed record DaemonOptions
{
    public required string DataRoot { get; init; }

    public required string RunRoot { get; init; }

    public required NodeSection Node { get; init; }

    public required string ApiSocket { get; init; }

    public required ClusterSection Cluster { get; init; }

    public required JournalSection Journal { get; init; }

    public required LogLevel LogLevel { get; init; }
}

internal sealed record NodeSection(
    string Name, string Pool, ImmutableSortedDictionary<string, string> Labels, Resources Reserved);

/// <param name="Seeds">As <c>host:port</c>.</param>
internal sealed record ClusterSection(
    string Hostname, int Port, ImmutableArray<string> Seeds, ImmutableArray<string> Roles);

internal enum JournalProvider
{
    Sqlite,
    PostgreSql,
}

/// <param name="Path">Of the file, for SQLite.</param>
/// <param name="Connection">For PostgreSQL.</param>
internal sealed record JournalSection(JournalProvider Provider, string Path, string Connection);
