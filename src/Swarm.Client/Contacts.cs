using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Client;

/// <summary>Finds contacts by their names, and says what is wrong with those that do not answer.</summary>
internal static class Contacts
{
    /// <summary>What is added to a time that is up, so that the reason can be told.</summary>
    private static readonly TimeSpan ProbeFor = TimeSpan.FromSeconds(1);

    /// <summary>What to call the contacts by: their names, and the addresses that these stand for.</summary>
    /// <returns>Each group to be tried by a connection of its own: a node answers only to what it calls itself, be
    /// that a name or an address, and one connection cannot call it by both.</returns>
    /// <exception cref="SwarmUnreachableException">There is none: each is a name that nobody knows.</exception>
    public static async Task<ImmutableArray<ImmutableArray<string>>> ResolveAsync(ImmutableArray<string> contacts)
    {
        var found = await Task.WhenAll(contacts.Select(ResolveAsync));
        if (found.All(one => one.Problem.Length > 0))
            throw new SwarmUnreachableException(string.Join("\n", found.Select(one => one.Problem)));

        ImmutableArray<string> addresses =
            [.. found.SelectMany(one => one.Addresses).Distinct(StringComparer.Ordinal)];
        ImmutableArray<string> names =
            [.. contacts.Where((contact, i) => found[i].Problem.Length == 0 && !found[i].Addresses.Contains(contact))];
        return names.IsEmpty ? [addresses] : [addresses, names];
    }

    /// <summary>Nobody answered: what each contact does instead.</summary>
    public static async Task<SwarmUnreachableException> ExplainAsync(
        ImmutableArray<string> contacts, TimeSpan timeout, string? late, IEnumerable<string> refused)
    {
        if (late is not null) return new SwarmUnreachableException($"a node answers, but {late}");
        var said = await Task.WhenAll(contacts.Select(ProbeAsync));
        return new SwarmUnreachableException(
            $"no node answered within {timeout.TotalSeconds:0.###} s: {string.Join("; ", said.Concat(refused))}");
    }

    private static async Task<(ImmutableArray<string> Addresses, string Problem)> ResolveAsync(string contact)
    {
        var (host, port) = Split(contact);
        if (IPAddress.TryParse(host, out _)) return ([contact], "");
        try
        {
            var addresses = await Dns.GetHostAddressesAsync(host);
            return ([.. addresses.Select(address => new IPEndPoint(address, port).ToString())], "");
        }
        catch (SocketException unknown)
        {
            return ([], $"{contact}: cannot resolve the name: {unknown.Message}");
        }
    }

    private static async Task<string> ProbeAsync(string contact)
    {
        var (host, port) = Split(contact);
        try
        {
            using var limit = new CancellationTokenSource(ProbeFor);
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(host, port, limit.Token);
            return $"{contact} takes connections, but it is no node of a cluster, or one that speaks otherwise "
                + "(with TLS, or without)";
        }
        catch (OperationCanceledException)
        {
            return $"{contact} does not take connections: is the host up?";
        }
        catch (SocketException failed) when (failed.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return $"{contact} refuses connections: is swarmd running there?";
        }
        catch (SocketException failed) when (failed.SocketErrorCode is SocketError.HostNotFound or SocketError.TryAgain
            or SocketError.NoData)
        {
            return $"{contact}: cannot resolve the name: {failed.Message}";
        }
        catch (SocketException failed)
        {
            return $"{contact} cannot be reached: {failed.Message}";
        }
    }

    private static (string Host, int Port) Split(string contact)
    {
        var uri = new Uri("swarm://" + contact);
        return (uri.IdnHost, uri.Port);
    }
}
