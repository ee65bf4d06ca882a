namespace Swarm.Core.Builds;

/// <summary>What in a Dockerfile, or in how it is to be built, is wrong; in the words that Docker has for it.
/// </summary>
public sealed class DockerfileException(string message) : Exception(message)
{
    /// <summary>Something that is wrong with one instruction.</summary>
    /// <param name="line">Where it begins; the first line of the file is 1.</param>
    public static DockerfileException At(int line, string what) =>
        new($"dockerfile parse error line {line}: {what}");
}
