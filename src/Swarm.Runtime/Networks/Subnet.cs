using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Swarm.Runtime.Networks;

/// <summary>A range of IPv4 addresses, as <c>172.30.4.0/24</c>.</summary>
/// <param name="First">The network's own address, as a number in host order.</param>
internal readonly record struct Subnet(uint First, int Length)
{
    /// <summary>Number of addresses in it, the first and last included.</summary>
    internal long Size => 1L << (32 - Length);

    internal static Subnet? TryParse(string text)
    {
        var parts = text.Split('/');
        if (parts.Length != 2 || TryNumber(parts[0]) is not { } address) return null;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length)) return null;
        if (length > 32) return null;

        var subnet = Of(address, length);
        return subnet.First == address ? subnet : null;
    }

    /// <summary>The subnet of that length which the address lies in.</summary>
    internal static Subnet Of(uint address, int length) =>
        new(length == 0 ? 0 : address & (uint.MaxValue << (32 - length)), length);

    /// <summary>An address written with dots, in full; null for anything else.</summary>
    internal static uint? TryNumber(string address) =>
        IPAddress.TryParse(address, out var parsed) && parsed.AddressFamily == AddressFamily.InterNetwork
        && parsed.ToString() == address
            ? Number(parsed)
            : null;

    internal static uint Number(IPAddress address) => BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes());

    internal static string Dotted(uint address) =>
        $"{address >> 24}.{(address >> 16) & 255}.{(address >> 8) & 255}.{address & 255}";

    /// <summary>The MAC address that goes with an address: nobody has to be asked for it.</summary>
    internal static string Mac(uint address) =>
        $"02:42:{address >> 24:x2}:{(address >> 16) & 255:x2}:{(address >> 8) & 255:x2}:{address & 255:x2}";

    internal bool Contains(uint address) => Of(address, Length).First == First;

    internal bool Overlaps(Subnet other) =>
        other.Length < Length ? other.Contains(First) : Contains(other.First);

    public override string ToString() => $"{Dotted(First)}/{Length}";
}
