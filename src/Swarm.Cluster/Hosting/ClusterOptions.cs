using System.Data.Common;
using System.Collections.Immutable;
using Swarm.Wire.Security;

namespace Swarm.Cluster.Hosting;

/// <summary>How this node takes part in the cluster.</summary>
public sealed record ClusterOptions
{
    /// <summary>Address or name of this host under which other nodes and clients reach it.
    /// Default: this host alone.</summary>
    public string Hostname { get; init; } = "127.0.0.1";

    /// <summary>Address to listen on; null listens on <see cref="Hostname"/>.</summary>
    public string? BindAddress { get; init; }

    /// <summary>TCP port, 0 to 65535; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The nodes that a new cluster begins with, and where a node that starts looks for its cluster, as
    /// <c>akka.tcp://swarm@10.0.0.1:4000</c> (<c>akka.ssl.tcp</c> with <see cref="Tls"/>); none makes this node
    /// a cluster of its own.</summary>
    public ImmutableArray<string> Seeds { get; init; } = [];

    /// <summary>What this node does: <see cref="ClusterRoles.Scheduler"/>, <see cref="ClusterRoles.Worker"/>, or
    /// both.</summary>
    public ImmutableArray<string> Roles { get; init; } = [ClusterRoles.Scheduler, ClusterRoles.Worker];

    /// <summary>How this node shows itself to others; null speaks in the clear, on the loopback alone.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>When others are taken to be lost.</summary>
    public FailureOptions Failure { get; init; } = new();

    /// <summary>Where services, nodes and image names are kept.</summary>
    public required JournalOptions Journal { get; init; }

    /// <summary>How long the entities of a cluster may take to be ready before the start
    /// counts as failed; more than zero.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a client's request may take inside the cluster, more than zero and less than 30 s,
    /// after which Akka closes the way back to the client.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether images are brought ahead to where tasks would go if a node were lost; of a service the node
    /// counts that decides it.</summary>
    public bool FetchesAhead { get; init; } = true;

    /// <summary>What is wrong with these options: each in words that name it. Empty when nothing is.</summary>
    public ImmutableArray<string> Check()
    {
        var wrong = ImmutableArray.CreateBuilder<string>();
        if (string.IsNullOrWhiteSpace(Hostname)) wrong.Add("the host name is empty");
        if (Port is < 0 or > 65535) wrong.Add($"port {Port} is not between 0 and 65535");
        if (StartTimeout <= TimeSpan.Zero) wrong.Add($"start timeout {StartTimeout} is not more than zero");
        if (RequestTimeout <= TimeSpan.Zero || RequestTimeout >= TimeSpan.FromSeconds(30))
        {
            wrong.Add($"request timeout {RequestTimeout} is not between 0 and 30 s");
        }

        if (Roles.IsEmpty || Roles.Except([ClusterRoles.Scheduler, ClusterRoles.Worker]).Any())
        {
            wrong.Add($"roles '{string.Join(", ", Roles)}' are not {ClusterRoles.Scheduler}, {ClusterRoles.Worker}");
        }

        wrong.AddRange(Failure.Check());
        wrong.AddRange(
            Seeds.Where(seed => !IsSeed(seed)).Select(seed => $"seed '{seed}' is not as {Protocol}://swarm@HOST:PORT"));
        return wrong.DrainToImmutable();
    }

    private string Protocol => Tls is null ? RemoteSecurity.PlainProtocol : RemoteSecurity.Protocol;

    private bool IsSeed(string seed) =>
        Akka.Actor.Address.TryParse(seed, out var address)
        && address is { System: SwarmCluster.SystemName, Host.Length: > 0, Port: > 0 }
        && address.Protocol == Protocol;
}

/// <summary>Where the cluster keeps what it must not forget.</summary>
public abstract record JournalOptions
{
    private JournalOptions()
    {
    }

    /// <summary>A file on this host, for a cluster of one node.</summary>
    /// <param name="Path">The file; it and its folder are made when missing.</param>
    public sealed record Sqlite(string Path) : JournalOptions;

    /// <summary>A database that all nodes reach.</summary>
    /// <param name="ConnectionString">As Npgsql takes it: <c>Host=…;Username=…;Database=…</c>.</param>
    public sealed record PostgreSql(string ConnectionString) : JournalOptions
    {
        /// <summary>A write takes milliseconds. One whose host died in the middle holds up whoever writes the same
        /// number next, for as long as the server takes its host to be there.</summary>
        private const string ServerSettings = "-c idle_in_transaction_session_timeout=3s "
            + "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3";

        /// <summary>With what the operator has not set: how soon a database behind a link that is cut is given up,
        /// from where not even a refusal comes, and how soon the server gives up a client that is.</summary>
        /// <exception cref="ArgumentException">It is not well-formed.</exception>
        public string EffectiveConnectionString
        {
            get
            {
                var given = new DbConnectionStringBuilder { ConnectionString = ConnectionString };
                foreach (var (key, value) in (ReadOnlySpan<(string, int)>)[("Timeout", 5), ("Command Timeout", 10)])
                {
                    if (!given.ContainsKey(key)) given[key] = value;
                }

                // What comes later counts: the operator's.
                given["Options"] = given.TryGetValue("Options", out var own)
                    ? $"{ServerSettings} {own}"
                    : ServerSettings;
                return given.ConnectionString;
            }
        }
    }
}
