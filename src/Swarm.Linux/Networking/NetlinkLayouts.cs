using System.Runtime.InteropServices;

namespace Swarm.Linux.Networking;

// Layouts of the kernel's messages, compared with the system headers by a test.

/// <summary><c>struct sockaddr_nl</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NetlinkAddress
{
    internal ushort Family;
    internal ushort Pad;
    internal uint PortId;
    internal uint Groups;
}

/// <summary><c>struct nlmsghdr</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NetlinkHeader
{
    internal uint Length;
    internal ushort Type;
    internal ushort Flags;
    internal uint Sequence;
    internal uint PortId;
}

/// <summary><c>struct ifinfomsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct LinkMessage
{
    internal byte Family;
    internal byte Pad;
    internal ushort Type;
    internal int Index;
    internal uint Flags;
    internal uint Change;
}

/// <summary><c>struct ifaddrmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AddressMessage
{
    internal byte Family;
    internal byte PrefixLength;
    internal byte Flags;
    internal byte Scope;
    internal uint Index;
}

/// <summary><c>struct rtmsg</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RouteMessage
{
    internal byte Family;
    internal byte DestinationLength;
    internal byte SourceLength;
    internal byte TypeOfService;
    internal byte Table;
    internal byte Protocol;
    internal byte Scope;
    internal byte Type;
    internal uint Flags;
}
