using System.Buffers.Binary;
using System.Diagnostics;
using System.Text;

namespace Swarm.Runtime.Names;

/// <summary>Writes answers of our own.</summary>
/// <remarks>Pure.</remarks>
internal static class ReplyWriter
{
    /// <summary>For how long an answer may be kept: not long, since a container that is started again has another
    /// address.</summary>
    internal const uint LifeSeconds = 5;

    // A pointer to the question's name; then type, class, time to live and length of what follows.
    private const int RecordHeaderBytes = 12;
    private const int EdnsBytes = 11;

    /// <param name="limit">Bytes that the answer may have. What does not fit is left out, and the message says
    /// so.</param>
    internal static byte[] Write(NameQuery query, NameAnswer answer, int limit)
    {
        var code = answer is NameAnswer.Failed failed ? failed.Code : ResponseCode.NoError;
        var records = RecordsOf(answer);
        var fixedBytes = MessageFormat.HeaderBytes + query.Question.Length + (query.Edns is null ? 0 : EdnsBytes);
        var (fitting, length) = (0, fixedBytes);
        while (fitting < records.Length && length + RecordHeaderBytes + records[fitting].Content.Length <= limit)
        {
            length += RecordHeaderBytes + records[fitting++].Content.Length;
        }

        var flags = FlagsOf(query.Flags, code) | (fitting < records.Length ? MessageFormat.IsTruncated : 0);
        var reply = new byte[length];
        WriteHeader(reply, query.Id, (ushort)flags, questions: 1, answers: fitting, query.Edns is null ? 0 : 1);
        query.Question.Span.CopyTo(reply.AsSpan(MessageFormat.HeaderBytes));
        var rest = reply.AsSpan(MessageFormat.HeaderBytes + query.Question.Length);
        foreach (var (type, content) in records.AsSpan(0, fitting))
        {
            BinaryPrimitives.WriteUInt16BigEndian(rest, 0xc000 | MessageFormat.HeaderBytes);
            BinaryPrimitives.WriteUInt16BigEndian(rest[2..], type);
            BinaryPrimitives.WriteUInt16BigEndian(rest[4..], RecordType.Internet);
            BinaryPrimitives.WriteUInt32BigEndian(rest[6..], LifeSeconds);
            BinaryPrimitives.WriteUInt16BigEndian(rest[10..], (ushort)content.Length);
            content.CopyTo(rest[RecordHeaderBytes..]);
            rest = rest[(RecordHeaderBytes + content.Length)..];
        }

        if (query.Edns is { } offer) WriteEdns(rest, offer, code);
        return reply;
    }

    /// <summary>Says only that a message could not be answered: it was not understood as far as its question.</summary>
    internal static byte[] Write(QueryReading.Wrong wrong)
    {
        var reply = new byte[MessageFormat.HeaderBytes];
        WriteHeader(reply, wrong.Id, (ushort)FlagsOf(wrong.Flags, wrong.Code), questions: 0, answers: 0, additional: 0);
        return reply;
    }

    /// <summary>Says nothing but that the answer is too long for a datagram.</summary>
    internal static byte[] WriteTruncated(NameQuery query)
    {
        var reply = Write(query, new NameAnswer.Nothing(), MessageFormat.SmallestDatagram);
        reply[2] |= MessageFormat.IsTruncated >> 8;
        return reply;
    }

    /// <returns>The name as it stands in messages; null where it cannot.</returns>
    internal static byte[]? Encode(string name)
    {
        var (bytes, position) = (new byte[name.Length + 2], 0);
        if (bytes.Length > MessageFormat.LongestName) return null;
        foreach (var label in name.Split('.'))
        {
            if (label.Length is 0 or > MessageFormat.LongestLabel || !Ascii.IsValid(label)) return null;
            bytes[position++] = (byte)label.Length;
            position += Encoding.ASCII.GetBytes(label, bytes.AsSpan(position));
        }

        return bytes;
    }

    private static (ushort Type, byte[] Content)[] RecordsOf(NameAnswer answer) => answer switch
    {
        NameAnswer.Addresses found => [.. found.All.Select(one => (RecordType.A, one.GetAddressBytes()))],
        NameAnswer.Pointer to when Encode(to.Name) is { } name => [(RecordType.Ptr, name)],
        NameAnswer.Pointer or NameAnswer.Nothing or NameAnswer.Failed => [],
        _ => throw new UnreachableException($"no way to write {answer}"),
    };

    private static int FlagsOf(ushort asked, ResponseCode code) =>
        MessageFormat.IsResponse | MessageFormat.RecursionAvailable
        | (asked & (MessageFormat.OperationMask | MessageFormat.RecursionDesired | MessageFormat.CheckingDisabled))
        | ((int)code & MessageFormat.CodeMask);

    private static void WriteHeader(
        Span<byte> reply, ushort id, ushort flags, int questions, int answers, int additional)
    {
        BinaryPrimitives.WriteUInt16BigEndian(reply, id);
        BinaryPrimitives.WriteUInt16BigEndian(reply[2..], flags);
        BinaryPrimitives.WriteUInt16BigEndian(reply[4..], (ushort)questions);
        BinaryPrimitives.WriteUInt16BigEndian(reply[6..], (ushort)answers);
        BinaryPrimitives.WriteUInt16BigEndian(reply[10..], (ushort)additional);
    }

    private static void WriteEdns(Span<byte> rest, EdnsOffer offer, ResponseCode code)
    {
        // Byte 0 is the root's name. The time to live holds the code's upper bits, our version 0, and a flag.
        BinaryPrimitives.WriteUInt16BigEndian(rest[1..], RecordType.Opt);
        BinaryPrimitives.WriteUInt16BigEndian(rest[3..], MessageFormat.LargestDatagram);
        rest[5] = (byte)((int)code >> 4);
        if (offer.WantsSignatures) rest[7] = 0x80;
    }
}
