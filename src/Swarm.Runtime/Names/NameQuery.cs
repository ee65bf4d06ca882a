namespace Swarm.Runtime.Names;

/// <summary>One question of a client, in a message that was checked whole.</summary>
/// <param name="Message">All of it, as it came.</param>
/// <param name="Question">Its question as it stands in the message: name, type and class.</param>
internal sealed record NameQuery(ReadOnlyMemory<byte> Message, ReadOnlyMemory<byte> Question)
{
    public required ushort Id { get; init; }

    /// <summary>The header's bits.</summary>
    public required ushort Flags { get; init; }

    /// <summary>Labels joined by dots, without one at the end; null where a label has bytes in it that no name of
    /// ours has.</summary>
    public required string? Name { get; init; }

    public required ushort Type { get; init; }

    public required ushort Class { get; init; }

    /// <summary>Null where the client does not know of EDNS.</summary>
    public EdnsOffer? Edns { get; init; }

    /// <summary>Bytes of the largest datagram that the client takes.</summary>
    internal int DatagramLimit => Edns is { } offer
        ? Math.Clamp(offer.DatagramBytes, MessageFormat.SmallestDatagram, MessageFormat.LargestDatagram)
        : MessageFormat.SmallestDatagram;
}

/// <summary>What a client can do beyond the first DNS: <see href="https://www.rfc-editor.org/rfc/rfc6891"/>.</summary>
internal readonly record struct EdnsOffer(int DatagramBytes, byte Version, bool WantsSignatures);
