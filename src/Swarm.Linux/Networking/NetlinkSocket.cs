using System.Runtime.InteropServices;

namespace Swarm.Linux.Networking;

/// <summary>A conversation with the kernel about links, addresses and routes.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man7/netlink.7.html">netlink(7)</see>. It stays in the network namespace
/// of the thread that opened it. Not for several threads at once.
/// </remarks>
internal sealed unsafe partial class NetlinkSocket : IDisposable
{
    private const int ReceiveBuffer = 64 * 1024;

    private readonly FileDescriptor _socket;
    private readonly byte[] _buffer = new byte[ReceiveBuffer];
    private uint _sequence;

    /// <exception cref="LinuxException">EPERM without CAP_NET_ADMIN later on; EMFILE when out of
    /// descriptors.</exception>
    internal NetlinkSocket()
    {
        _socket = socket(Uapi.AF_NETLINK, Uapi.SOCK_RAW | Uapi.SOCK_CLOEXEC, Uapi.NETLINK_ROUTE);
        if (_socket.IsInvalid) throw LinuxException.FromLastError(nameof(socket), "AF_NETLINK");

        var on = 1;
        SystemCall.Check(setsockopt(_socket, Uapi.SOL_NETLINK, Uapi.NETLINK_EXT_ACK, &on, sizeof(int)),
            nameof(setsockopt));
        SystemCall.Check(setsockopt(_socket, Uapi.SOL_NETLINK, Uapi.NETLINK_CAP_ACK, &on, sizeof(int)),
            nameof(setsockopt));
        var own = new NetlinkAddress { Family = Uapi.AF_NETLINK };
        SystemCall.Check(bind(_socket, &own, sizeof(NetlinkAddress)), nameof(bind), "AF_NETLINK");
    }

    internal delegate void OnMessage(int type, ReadOnlySpan<byte> payload);

    internal NetlinkRequest Request(int type, int flags) => new(type, flags, ++_sequence);

    /// <summary>Sends a change and waits for the kernel's word on it.</summary>
    /// <param name="deed">For the error: what was tried on what.</param>
    /// <exception cref="LinuxException">The kernel's error, with its own explanation where it gives one.</exception>
    internal void Change(NetlinkRequest request, string deed) => Exchange(request, deed, static (_, _) => { });

    /// <summary>Sends a question and hands over each message of the answer.</summary>
    /// <exception cref="LinuxException">EINTR when the tables changed while they were listed: ask again.</exception>
    internal void Exchange(NetlinkRequest request, string deed, OnMessage onMessage)
    {
        Send(request.Finish(), deed);
        while (!ReadAnswers(Receive(deed), request.Sequence, deed, onMessage))
        {
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Send(ReadOnlySpan<byte> message, string deed)
    {
        var kernel = new NetlinkAddress { Family = Uapi.AF_NETLINK };
        nint sent;
        fixed (byte* bytes = message)
        {
            do
            {
                sent = sendto(_socket, bytes, (nuint)message.Length, 0, &kernel, sizeof(NetlinkAddress));
            }
            while (SystemCall.WasInterrupted(sent));
        }

        SystemCall.Check(sent, nameof(sendto), deed);
    }

    private ReadOnlySpan<byte> Receive(string deed)
    {
        nint received;
        fixed (byte* bytes = _buffer)
        {
            do
            {
                received = recv(_socket, bytes, ReceiveBuffer, 0);
            }
            while (SystemCall.WasInterrupted(received));
        }

        return _buffer.AsSpan(0, (int)SystemCall.Check(received, nameof(recv), deed));
    }

    /// <returns>Whether the answer is complete.</returns>
    private static bool ReadAnswers(ReadOnlySpan<byte> datagram, uint sequence, string deed, OnMessage onMessage)
    {
        while (datagram.Length >= sizeof(NetlinkHeader))
        {
            var header = MemoryMarshal.Read<NetlinkHeader>(datagram);
            if (header.Length < sizeof(NetlinkHeader) || header.Length > datagram.Length)
            {
                throw new LinuxException(deed, Errno.EIO, detail: "an answer of the kernel was cut off");
            }

            var payload = datagram[sizeof(NetlinkHeader)..(int)header.Length];
            datagram = datagram[Math.Min(((int)header.Length + 3) & ~3, datagram.Length)..];

            // Left over from a request that was given up.
            if (header.Sequence != sequence) continue;

            if ((header.Flags & Uapi.NLM_F_DUMP_INTR) != 0) throw new LinuxException(deed, Errno.EINTR);

            switch (header.Type)
            {
                case Uapi.NLMSG_ERROR:
                    ThrowIfRefused(header, payload, deed);
                    return true;
                case Uapi.NLMSG_DONE:
                    return true;
                default:
                    onMessage(header.Type, payload);
                    break;
            }
        }

        return false;
    }

    private static void ThrowIfRefused(NetlinkHeader header, ReadOnlySpan<byte> payload, string deed)
    {
        var errno = -MemoryMarshal.Read<int>(payload);
        if (errno == 0) return;

        var explanation = "";
        if ((header.Flags & Uapi.NLM_F_ACK_TLVS) != 0)
        {
            // The header of our request comes back, and all of the request unless the answer is capped.
            var echoed = MemoryMarshal.Read<NetlinkHeader>(payload[sizeof(int)..]);
            var echo = (header.Flags & Uapi.NLM_F_CAPPED) != 0 ? sizeof(NetlinkHeader) : (int)echoed.Length;
            var attributes = new NetlinkAttributes(payload[(sizeof(int) + echo)..]);
            while (attributes.Next())
            {
                if (attributes.Type == Uapi.NLMSGERR_ATTR_MSG) explanation = attributes.Text;
            }
        }

        throw new LinuxException(deed, errno, detail: explanation);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial FileDescriptor socket(int domain, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(FileDescriptor socket, int level, int option, int* value, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int bind(FileDescriptor socket, NetlinkAddress* address, int length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint sendto(
        FileDescriptor socket, byte* bytes, nuint length, int flags, NetlinkAddress* to, int toLength);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(FileDescriptor socket, byte* bytes, nuint length, int flags);
}
