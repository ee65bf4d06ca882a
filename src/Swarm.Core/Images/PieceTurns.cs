namespace Swarm.Core.Images;

/// <summary>An order of the pieces for each name, the same on all nodes, and as good as drawn by lot.</summary>
internal static class PieceTurns
{
    /// <summary>A name as a number: FNV-1a.</summary>
    public static uint Of(string name)
    {
        var hash = 2166136261u;
        foreach (var letter in name) hash = unchecked((hash ^ letter) * 16777619u);
        return hash;
    }

    /// <summary>The turn of a piece: the finishing step of MurmurHash3, which spreads neighbours.</summary>
    public static uint Of(uint name, int piece)
    {
        var hash = unchecked((uint)piece * 2654435761u) ^ name;
        hash = unchecked((hash ^ (hash >> 16)) * 0x85ebca6bu);
        hash = unchecked((hash ^ (hash >> 13)) * 0xc2b2ae35u);
        return hash ^ (hash >> 16);
    }
}
