using System.Collections.Immutable;

namespace Swarm.Core.Builds;

/// <summary>Puts values in the place of variables, and takes quotes and escapes away.</summary>
/// <remarks>https://docs.docker.com/reference/dockerfile/#environment-replacement</remarks>
public static class WordExpansion
{
    /// <param name="find">The value of a variable; null where it is not set.</param>
    /// <exception cref="DockerfileException">Quotes or braces that do not end, or a substitution that is unknown.
    /// </exception>
    public static string Expand(string word, char escape, Func<string, string?> find) =>
        new WordReader(word, escape, find).ReadAll().Whole;

    /// <summary>As <see cref="Expand"/>, and parted where white space is in no quotes, also of values.</summary>
    public static ImmutableArray<string> ExpandWords(string words, char escape, Func<string, string?> find) =>
        new WordReader(words, escape, find).ReadAll().Words;
}
