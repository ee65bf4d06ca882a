using System.Runtime.InteropServices;

namespace Swarm.Linux.Terminals;

/// <summary>The engine's side of a terminal whose other side a container has.</summary>
/// <remarks><see href="https://man7.org/linux/man-pages/man7/pty.7.html">pty(7)</see>.</remarks>
public static partial class Terminal
{
    private const nuint TIOCSWINSZ = 0x5414;
    private const int SOL_SOCKET = 1;
    private const int SCM_RIGHTS = 1;
    private const int MSG_CMSG_CLOEXEC = 0x40000000;

    /// <summary>Sets its size; the programs on it get SIGWINCH.</summary>
    /// <remarks><see href="https://man7.org/linux/man-pages/man2/TIOCSWINSZ.2const.html">TIOCSWINSZ</see>.</remarks>
    public static unsafe void Resize(FileDescriptor master, int rows, int columns)
    {
        var size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        SystemCall.Check(ioctl(master, TIOCSWINSZ, size), "ioctl TIOCSWINSZ");
    }

    /// <summary>Takes the one descriptor that another program has sent over a unix socket.</summary>
    /// <remarks><see href="https://man7.org/linux/man-pages/man7/unix.7.html">unix(7)</see>, SCM_RIGHTS.</remarks>
    /// <param name="socket">Connected, and something has come.</param>
    /// <returns>Null when none came along.</returns>
    public static unsafe FileDescriptor? Receive(SafeHandle socket)
    {
        var text = stackalloc byte[4096];
        var control = stackalloc byte[64];
        var part = new Vector { Start = text, Length = 4096 };
        var message = new Message { Parts = &part, PartCount = 1, Control = control, ControlLength = 64 };
        nint count;
        do
        {
            count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
        }
        while (SystemCall.WasInterrupted(count));
        SystemCall.Check(count, nameof(recvmsg));
        // A header: its length in eight bytes, the level and the kind in four each; then the descriptor.
        var isDescriptor = message.ControlLength >= 20
            && ((int*)control)[2] == SOL_SOCKET && ((int*)control)[3] == SCM_RIGHTS;
        return isDescriptor ? new FileDescriptor(((int*)control)[4]) : null;
    }

    private unsafe struct Vector
    {
        public byte* Start;
        public nuint Length;
    }

    /// <summary>The layout of <c>struct msghdr</c> where pointers have eight bytes.</summary>
    private unsafe struct Message
    {
        public void* Name;
        public uint NameLength;
        public Vector* Parts;
        public nuint PartCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int ioctl(FileDescriptor fd, nuint request, ushort* size);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial nint recvmsg(SafeHandle socket, Message* message, int flags);
}
