using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Api;
using Swarm.Api.Registry.Access;
using Swarm.Api.Web;
using Swarm.Cluster.Copies;
using Swarm.Cluster.Disk;
using Swarm.Cluster.Hosting;
using Swarm.Cluster.Nodes;
using Swarm.Images;
using Swarm.Images.Peers;
using Swarm.Images.Registry;
using Swarm.Images.Repositories;
using Swarm.Runtime;
using Swarm.Runtime.Images;

namespace Swarm.Daemon.Configuration;

/// <summary>All settings of one swarmd, checked. Each is told in config/reference.conf.</summary>
internal sealed record DaemonOptions
{
    public required string DataRoot { get; init; }

    public required string RunRoot { get; init; }

    public required NodeIdentity Identity { get; init; }

    public required NodeOptions Node { get; init; }

    public required ApiOptions Api { get; init; }

    public required ClusterOptions Cluster { get; init; }

    /// <summary>Null where the node has no HTTP server on TCP.</summary>
    public required WebOptions? Web { get; init; }

    /// <summary>The cgroup is named after the node's id once that is known.</summary>
    public required EngineOptions Engine { get; init; }

    public required NetworkSection Network { get; init; }

    public required ImageStoreOptions Images { get; init; }

    public required RegistryOptions Registries { get; init; }

    public required PeerOptions Peers { get; init; }

    public required CopyOptions Copies { get; init; }

    public required DiskOptions Disk { get; init; }

    public required NodeRegistrySection Registry { get; init; }

    public required LogLevel LogLevel { get; init; }
}

/// <summary>What a node is called.</summary>
internal sealed record NodeIdentity(string Name, string Pool, ImmutableSortedDictionary<string, string> Labels);

/// <summary>The part of the network options that is configured: names and places follow from
/// the node's id and roots.</summary>
internal sealed record NetworkSection(string AddressPool, int Mtu, int FirstDynamicPort, int LastDynamicPort);

/// <summary>The registry that the node is.</summary>
internal sealed record NodeRegistrySection(
    bool IsOn, NodeRegistryOptions Repositories, PullThroughOptions PullThrough, RegistryAccessOptions Access);

internal enum JournalProvider
{
    Sqlite,
    PostgreSql,
}
