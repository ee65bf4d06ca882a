using System.Collections.Immutable;
using Swarm.Core.Clients;
using Swarm.Wire.Security;

namespace Swarm.Client;

/// <summary>How a client finds the cluster.</summary>
public sealed record SwarmClientOptions
{
    /// <summary>Nodes to ask, as HOST:PORT; any of them will do.</summary>
    public ImmutableArray<string> Contacts { get; init; } = [$"127.0.0.1:{Gateway.DefaultPort}"];

    /// <summary>How the client shows itself to a cluster of several hosts, and knows its nodes; null speaks in the
    /// clear, as one does with a node on its own host.</summary>
    public TlsFiles? Tls { get; init; }

    /// <summary>How long one request may take, its repetitions included. The default outlasts the loss of a host that
    /// held what is asked.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The clock that times are measured with.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Reads HOST:PORT, or HOST alone; IPv6 addresses in brackets.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static ImmutableArray<string> ParseContacts(string text)
    {
        var contacts = ImmutableArray.CreateBuilder<string>();
        foreach (var contact in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var host = contact.StartsWith('[') || contact.Count(c => c == ':') <= 1 ? contact : $"[{contact}]";
            if (!Uri.TryCreate("swarm://" + host, UriKind.Absolute, out var uri)
                || uri.Host.Length == 0
                || uri.PathAndQuery is not ("" or "/")
                || uri.UserInfo.Length > 0 || uri.Port == 0)
            {
                throw new FormatException($"'{contact}' is not a node's address; write it as HOST:PORT");
            }

            contacts.Add($"{uri.Host}:{(uri.Port < 0 ? Gateway.DefaultPort : uri.Port)}");
        }

        return contacts.Count > 0 ? contacts.ToImmutable() : throw new FormatException("no node's address was given");
    }
}
