using Swarm.Hosts.Databases;

namespace Swarm.Hosts.Nodes;

/// <summary>The settings file of a host of a cluster.</summary>
internal static class HostSettings
{
    public static string Write(SwarmHost host, IEnumerable<string> seeds, PostgresServer database, string more) => $$"""
        swarm {
          data-root = "{{host.DataRoot}}"
          node.name = "{{host.Name}}"
          cluster {
            hostname = "{{host.Address}}"
            port = {{SwarmHost.Port}}
            seeds = [{{string.Join(", ", seeds.Select(seed => $"\"{seed}\""))}}]
            start-timeout = 120s
          }
          tls {
            ca = "{{host.Tls.Authority}}"
            certificate = "{{host.Tls.Certificate}}"
            key = "{{host.Tls.Key}}"
          }
          journal {
            provider = postgresql
            connection = "{{database.ConnectionString}}"
          }
        }
        {{more}}

        """;
}
