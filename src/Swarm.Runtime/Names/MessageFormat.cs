namespace Swarm.Runtime.Names;

/// <summary>Sizes and bits of DNS messages: <see href="https://www.rfc-editor.org/rfc/rfc1035#section-4"/>.</summary>
internal static class MessageFormat
{
    internal const int HeaderBytes = 12;
    internal const int LongestLabel = 63;

    /// <summary>With the length before each label and the empty one at the end.</summary>
    internal const int LongestName = 255;

    /// <summary>What every client takes, whether it says so or not.</summary>
    internal const int SmallestDatagram = 512;

    /// <summary>What is taken and sent at most in one datagram; who has more to say does it by TCP.</summary>
    internal const int LargestDatagram = 4096;

    internal const int LargestMessage = ushort.MaxValue;

    internal const ushort IsResponse = 0x8000;
    internal const ushort OperationMask = 0x7800;
    internal const ushort IsTruncated = 0x0200;
    internal const ushort RecursionDesired = 0x0100;
    internal const ushort RecursionAvailable = 0x0080;
    internal const ushort CheckingDisabled = 0x0010;
    internal const ushort CodeMask = 0x000f;
}
