using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Swarm.Core;

namespace Swarm.Runtime.Names;

/// <summary>What is answered to a container, and what others are asked for.</summary>
/// <remarks>Pure. Drawn in docs/dns.md.</remarks>
internal static class NameDecision
{
    private const string ReverseZone = ".in-addr.arpa";

    /// <param name="keepsSingleLabels">Whether names without a dot are kept from others, since the container asked
    /// for search domains to come first (<c>ndots</c>).</param>
    /// <param name="turn">Grows with each question: with it another address comes first.</param>
    internal static NameAnswer Decide(
        NameBook book, ContainerId asker, NameQuery query, bool keepsSingleLabels, int turn)
    {
        if (query.Edns is { Version: > 0 }) return new NameAnswer.Failed(ResponseCode.BadVersion);
        if (query.Type is RecordType.Transfer or RecordType.IncrementalTransfer)
            return new NameAnswer.Failed(ResponseCode.NotImplemented);
        if (query.Class != RecordType.Internet || query.Name is not { Length: > 0 } name)
            return new NameAnswer.Forward();

        if (query.Type == RecordType.Ptr && AddressIn(name) is { } address && book.NameOf(asker, address) is { } called)
        {
            // A name that is too long for a message cannot be told; nobody else knows it either.
            return ReplyWriter.Encode(called) is null ? new NameAnswer.Nothing() : new NameAnswer.Pointer(called);
        }

        var found = book.AddressesOf(asker, name);
        if (!found.IsEmpty)
        {
            // Of a name that is ours, others are asked for nothing: they could only say that there is none.
            return query.Type is RecordType.A or RecordType.Any
                ? new NameAnswer.Addresses(Rotate(found, turn))
                : new NameAnswer.Nothing();
        }

        return keepsSingleLabels && query.Type is RecordType.A or RecordType.Aaaa && !name.Contains('.')
            ? new NameAnswer.Nothing()
            : new NameAnswer.Forward();
    }

    private static ImmutableArray<IPAddress> Rotate(ImmutableArray<IPAddress> found, int turn)
    {
        var first = (int)((uint)turn % (uint)found.Length);
        return [.. found[first..], .. found[..first]];
    }

    /// <summary>The address in <c>4.3.2.1.in-addr.arpa</c>.</summary>
    private static IPAddress? AddressIn(string name)
    {
        if (!name.EndsWith(ReverseZone, StringComparison.OrdinalIgnoreCase)) return null;
        var parts = name[..^ReverseZone.Length].Split('.');
        if (parts.Length != 4) return null;
        var bytes = new byte[4];
        for (var at = 0; at < 4; at++)
        {
            if (!byte.TryParse(parts[3 - at], NumberStyles.None, CultureInfo.InvariantCulture, out bytes[at]))
                return null;
        }

        return new IPAddress(bytes);
    }
}
