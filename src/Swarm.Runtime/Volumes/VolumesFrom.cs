namespace Swarm.Runtime.Volumes;

/// <summary>Another container whose volumes one has too.</summary>
internal sealed record VolumesFrom(string Container, bool ReadOnly)
{
    /// <param name="text"><c>CONTAINER</c>, <c>CONTAINER:ro</c> or <c>CONTAINER:rw</c>.</param>
    /// <exception cref="ContainerException">It is none of these.</exception>
    public static VolumesFrom Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        var words = colon < 0 ? [] : text[(colon + 1)..].Split(',');
        if (name.Length == 0)
            throw new ContainerException(ContainerFault.Invalid, "volumes-from cannot be an empty string");
        // z and Z label files for SELinux, which is not used.
        if (words.FirstOrDefault(word => word is not ("ro" or "rw" or "z" or "Z")) is { } wrong)
            throw new ContainerException(ContainerFault.Invalid, $"invalid mode for volumes-from: {wrong}");
        return new VolumesFrom(name, words.Contains("ro"));
    }
}
