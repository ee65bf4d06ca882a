using System.Text.RegularExpressions;

namespace Swarm.Images.Repositories;

/// <summary>Digests as their specification writes them, by whichever algorithm: those of sha256 are of what is kept
/// here, those of others of what lies elsewhere.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests</remarks>
public static partial class DigestForm
{
    private const int LengthMax = 255;

    /// <summary>Whether a text can be a digest.</summary>
    public static bool IsDigest(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= LengthMax && Form().IsMatch(text);
    }

    [GeneratedRegex(
        @"\A(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128}"
        + @"|(?!sha(?:256|512):)[a-z0-9]+(?:[+._-][a-z0-9]+)*:[A-Za-z0-9=_-]+)\z")]
    private static partial Regex Form();
}
