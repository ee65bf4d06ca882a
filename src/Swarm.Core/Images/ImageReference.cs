using System.Diagnostics.CodeAnalysis;

namespace Swarm.Core.Images;

/// <summary>A name of an image, made whole: <c>busybox</c> is <c>docker.io/library/busybox:latest</c>.</summary>
/// <param name="Registry">Host and port.</param>
/// <param name="Path">The name within the registry.</param>
/// <param name="Tag">Null only when a digest is given.</param>
/// <remarks>The grammar: https://pkg.go.dev/github.com/distribution/reference</remarks>
public sealed partial record ImageReference(string Registry, string Path, string? Tag, Digest? Digest = null)
{
    /// <summary>Registry and path, as image entities are keyed.</summary>
    public string Repository => $"{Registry}/{Path}";

    /// <summary>As people write it: without <c>docker.io/library/</c>, where it is understood without.</summary>
    public string Familiar => Shortest() + Suffix;

    /// <summary>As people write the repository, without tag or digest.</summary>
    public string FamiliarRepository => Shortest();

    /// <exception cref="FormatException">The text is no name of an image; the message says why.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out var reference, out var problem) ? reference : throw new FormatException(problem);

    /// <param name="problem">What is wrong with the text, naming it, for people.</param>
    public static bool TryParse(
        string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        (reference, problem) = Read(text);
        return reference is not null;
    }

    public override string ToString() => Repository + Suffix;

    private string Suffix => (Tag is null ? "" : ":" + Tag) + (Digest is { } digest ? "@" + digest.Value : "");
}
