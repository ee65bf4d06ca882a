using System.Buffers.Binary;
using System.Net;
using System.Text;
using Swarm.Runtime.Names;

namespace Swarm.Runtime.Tests.Names;

/// <summary>Makes messages as clients do, and reads answers as they do: by other code than what is tested.</summary>
internal static class Messages
{
    internal static byte[] Ask(string name, ushort type = RecordType.A, ushort id = 7, int edns = 0, byte version = 0)
    {
        var bytes = new List<byte> { (byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte)(edns > 0 ? 1 : 0) };
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }

        bytes.AddRange([0, (byte)(type >> 8), (byte)type, 0, 1]);
        if (edns > 0) bytes.AddRange([0, 0, 41, (byte)(edns >> 8), (byte)edns, 0, version, 0x80, 0, 0, 0]);
        return [.. bytes];
    }

    internal static NameQuery Understood(byte[] message) =>
        Assert.IsType<QueryReading.Understood>(QueryReading.Read(message)).Query;

    internal static int Code(byte[] reply) => reply[3] & 15;

    internal static bool IsTruncated(byte[] reply) => (reply[2] & 2) != 0;

    /// <summary>The addresses among the answers, which must fill the message to its end.</summary>
    internal static IPAddress[] Addresses(byte[] reply)
    {
        var (at, found) = (SkipName(reply, 12) + 4, new List<IPAddress>());
        for (var left = Count(reply, 6); left > 0; left--)
        {
            at = SkipName(reply, at);
            var length = BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(at + 8));
            if (reply[at + 1] == RecordType.A) found.Add(new IPAddress(reply.AsSpan(at + 10, length)));
            at += 10 + length;
        }

        Assert.Equal(reply.Length, at + (11 * Count(reply, 10)));
        return [.. found];
    }

    internal static int Count(byte[] reply, int at) => BinaryPrimitives.ReadUInt16BigEndian(reply.AsSpan(at));

    private static int SkipName(byte[] reply, int at)
    {
        while (reply[at] is > 0 and < 0xc0) at += reply[at] + 1;
        return at + (reply[at] == 0 ? 1 : 2);
    }
}
