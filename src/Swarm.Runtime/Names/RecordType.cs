namespace Swarm.Runtime.Names;

/// <summary>Numbers of record types; there are many more, which are only passed on.</summary>
internal static class RecordType
{
    internal const ushort A = 1;
    internal const ushort Ptr = 12;
    internal const ushort Aaaa = 28;
    internal const ushort Opt = 41;
    internal const ushort IncrementalTransfer = 251;
    internal const ushort Transfer = 252;
    internal const ushort Any = 255;

    /// <summary>The class that everything is in.</summary>
    internal const ushort Internet = 1;
}
