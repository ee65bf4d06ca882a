using System.Buffers.Binary;
using System.Text;

namespace Swarm.Runtime.Names;

/// <summary>Which answers of others are passed on.</summary>
/// <remarks>Pure.</remarks>
internal static class ReplyCheck
{
    /// <summary>Whether a message answers this question, asked with this id. Anything else is not from the server, or
    /// late.</summary>
    internal static bool Fits(NameQuery query, ushort id, ReadOnlySpan<byte> reply)
    {
        if (reply.Length < MessageFormat.HeaderBytes) return false;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(reply[2..]);
        if (BinaryPrimitives.ReadUInt16BigEndian(reply) != id || (flags & MessageFormat.IsResponse) == 0) return false;

        // Some that could not answer do not repeat what they were asked.
        var questions = BinaryPrimitives.ReadUInt16BigEndian(reply[4..]);
        if (questions == 0) return (flags & MessageFormat.CodeMask) != 0;
        var question = reply[MessageFormat.HeaderBytes..];
        return questions == 1 && question.Length >= query.Question.Length
            && Ascii.EqualsIgnoreCase(question[..(query.Question.Length - 4)], query.Question.Span[..^4])
            && question[(query.Question.Length - 4)..query.Question.Length].SequenceEqual(query.Question.Span[^4..]);
    }

    /// <summary>Whether another server might know better: this one could not, or would not, answer.</summary>
    internal static bool AsksForAnother(ReadOnlySpan<byte> reply) =>
        (ResponseCode)(BinaryPrimitives.ReadUInt16BigEndian(reply[2..]) & MessageFormat.CodeMask)
        is ResponseCode.ServerFailure or ResponseCode.NotImplemented or ResponseCode.Refused;
}
