namespace Swarm.Images.Names;

/// <summary>A file of the store that is not what the store wrote, or could not be read.</summary>
/// <param name="Path">Where it is now.</param>
/// <param name="Fault">What is wrong with it.</param>
internal sealed record BrokenRecord(string Path, string Fault)
{
    /// <summary>What the name of one ends with that was set aside.</summary>
    public const string Suffix = ".broken";
}
