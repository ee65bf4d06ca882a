using System.Collections.Immutable;
using System.Net;

namespace Swarm.Runtime.Names;

/// <summary>Somebody to be asked for what is not ours.</summary>
/// <param name="IsInContainer">Asked from the container's network namespace; else from the host's.</param>
internal sealed record UpstreamServer(IPAddress Address, bool IsInContainer)
{
    internal const int Port = 53;

    /// <summary>As many as resolv.conf(5) takes.</summary>
    private const int MostOfHost = 3;

    /// <summary>Whom a container's questions go to, in turn.</summary>
    /// <remarks>Pure.</remarks>
    /// <param name="hostResolver">The host's resolv.conf.</param>
    internal static ImmutableArray<UpstreamServer> Choose(NameWishes wishes, string hostResolver)
    {
        if (!wishes.Servers.IsEmpty)
        {
            return
            [
                .. from text in wishes.Servers
                   let address = IPAddress.TryParse(text, out var parsed) ? parsed : null
                   where address is not null && address.ToString() != NameServer.Address
                   // Its loopback is its own, and where no way leads out of its networks none is made for it.
                   select new UpstreamServer(address, !wishes.HasWayOut || IPAddress.IsLoopback(address)),
            ];
        }

        if (!wishes.HasWayOut) return [];
        return
        [
            .. (from line in hostResolver.Split('\n')
                let words = line.Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)
                where words is ["nameserver", _, ..] && IPAddress.TryParse(words[1], out _)
                select new UpstreamServer(IPAddress.Parse(words[1]), IsInContainer: false)).Take(MostOfHost),
        ];
    }
}
