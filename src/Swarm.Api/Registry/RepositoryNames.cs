using System.Text.RegularExpressions;
using Swarm.Core.Images;
using Swarm.Images.Repositories;

namespace Swarm.Api.Registry;

/// <summary>Names of repositories in requests, and the names of images that they are.</summary>
/// <remarks>The rule stands in docs/registry.md.</remarks>
internal static partial class RepositoryNames
{
    private const int LengthMax = 255;

    /// <param name="name">As in a path: <c>web</c> is <c>docker.io/library/web</c>, as everywhere.</param>
    /// <param name="registry">Where clients say for which registry this one stands (<c>ns</c>); else empty.</param>
    /// <exception cref="RepositoryException">It is none.</exception>
    public static ImageReference Parse(string name, string registry = "")
    {
        if (name.Length > LengthMax || !NameForm().IsMatch(name)) throw Invalid($"'{Cut(name)}' is no repository name");
        var text = registry.Length == 0 ? name : $"{registry}/{name}";
        if (!ImageReference.TryParse(text, out var reference, out var problem)) throw Invalid(problem);
        return registry.Length == 0 || reference.Registry == registry || registry == "index.docker.io"
            ? reference
            : throw Invalid($"'{Cut(registry)}' is no registry");
    }

    /// <summary>As it is in a path; null where no path can hold it.</summary>
    public static string? Show(ImageReference repository) =>
        NameForm().IsMatch(repository.FamiliarRepository) ? repository.FamiliarRepository : null;

    /// <summary>Whether a text can be a tag.</summary>
    public static bool IsTag(string text) => TagForm().IsMatch(text);

    /// <exception cref="RepositoryException">It is none, or one of another algorithm.</exception>
    public static Digest Digest(string text) => Core.Images.Digest.TryParse(text, out var digest)
        ? digest
        : throw new RepositoryException(RepositoryFault.DigestInvalid, $"'{Cut(text)}' is no sha256 digest");

    /// <summary>The digest by which something is asked for.</summary>
    /// <param name="unknown">What it is that is not here by a digest of another algorithm.</param>
    /// <exception cref="RepositoryException">It is none, or one of another algorithm.</exception>
    public static Digest Digest(string text, RepositoryFault unknown) =>
        DigestForm.IsDigest(text) && !Core.Images.Digest.TryParse(text, out _)
            ? throw new RepositoryException(unknown, $"there is no {Cut(text)}: digests are made by sha256 here")
            : Digest(text);

    /// <summary>The digest of what need not be here.</summary>
    /// <exception cref="RepositoryException">It is none.</exception>
    public static string AnyDigest(string text) => DigestForm.IsDigest(text)
        ? text
        : throw new RepositoryException(RepositoryFault.DigestInvalid, $"'{Cut(text)}' is no digest");

    private static RepositoryException Invalid(string why) => new(RepositoryFault.NameInvalid, why);

    private static string Cut(string text) => text.Length <= LengthMax ? text : text[..LengthMax] + "…";

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z")]
    private static partial Regex NameForm();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z")]
    private static partial Regex TagForm();
}
