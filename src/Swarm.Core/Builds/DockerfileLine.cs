using System.Collections.Immutable;

namespace Swarm.Core.Builds;

/// <summary>One instruction as it is written, its lines joined.</summary>
/// <param name="Number">Where it begins, from 1.</param>
/// <param name="Text">All of it.</param>
/// <param name="Word">The instruction, in capitals.</param>
/// <param name="Flags">What follows it and begins with <c>--</c>, without that.</param>
/// <param name="Rest">What follows the flags.</param>
internal sealed record DockerfileLine(
    int Number, string Text, string Word, ImmutableArray<string> Flags, string Rest, char Escape)
{
    /// <exception cref="DockerfileException">Always.</exception>
    public DockerfileException Wrong(string what) => DockerfileException.At(Number, what);
}
