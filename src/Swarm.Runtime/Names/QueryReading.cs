namespace Swarm.Runtime.Names;

/// <summary>What became of a client's message.</summary>
internal abstract record QueryReading
{
    private QueryReading()
    {
    }

    internal sealed record Understood(NameQuery Query) : QueryReading;

    /// <summary>To be told to the client.</summary>
    internal sealed record Wrong(ushort Id, ushort Flags, ResponseCode Code) : QueryReading;

    /// <summary>Nothing that could be answered: too short, or an answer itself.</summary>
    internal sealed record Ignored : QueryReading;

    /// <summary>Reads a message to its end. Whatever it holds, this takes time in proportion to its length.</summary>
    /// <remarks>Pure.</remarks>
    internal static QueryReading Read(ReadOnlyMemory<byte> message)
    {
        var reader = new MessageReader(message.Span);
        if (!reader.TryNumber16(out var id) || !reader.TryNumber16(out var flags)
            || !reader.TryNumber16(out var questions) || !reader.TryNumber16(out var answers)
            || !reader.TryNumber16(out var authorities) || !reader.TryNumber16(out var additional))
        {
            return new Ignored();
        }

        // Two servers that answered each other's answers would never end.
        if ((flags & MessageFormat.IsResponse) != 0) return new Ignored();
        if ((flags & MessageFormat.OperationMask) != 0) return new Wrong(id, flags, ResponseCode.NotImplemented);

        var wrong = new Wrong(id, flags, ResponseCode.FormatError);
        if (questions != 1 || !reader.TryName(out var name)
            || !reader.TryNumber16(out var type) || !reader.TryNumber16(out var @class))
        {
            return wrong;
        }

        var question = message[MessageFormat.HeaderBytes..reader.Position];
        EdnsOffer? edns = null;
        for (var left = answers + authorities + additional; left > 0; left--)
        {
            if (!TryRecord(ref reader, out var offer) || (offer is not null && edns is not null)) return wrong;
            edns ??= offer;
        }

        return new Understood(new NameQuery(message, question)
        {
            Id = id,
            Flags = flags,
            Name = name,
            Type = type,
            Class = @class,
            Edns = edns,
        });
    }

    private static bool TryRecord(ref MessageReader reader, out EdnsOffer? edns)
    {
        edns = null;
        if (!reader.TrySkipName() || !reader.TryNumber16(out var type) || !reader.TryNumber16(out var @class)
            || !reader.TryNumber32(out var life) || !reader.TryNumber16(out var length) || !reader.TrySkip(length))
        {
            return false;
        }

        // The class and the time to live of this record say other things than those of others.
        if (type == RecordType.Opt) edns = new EdnsOffer(@class, (byte)(life >> 16), (life & 0x8000) != 0);
        return true;
    }
}
