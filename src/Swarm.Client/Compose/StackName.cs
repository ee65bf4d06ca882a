namespace Swarm.Client.Compose;

/// <summary>The names of stacks, and of what is in them.</summary>
public static class StackName
{
    /// <summary>Whether a stack may be called so: small letters, digits, '-' and '_', not
    /// beginning with a sign, at most 63.</summary>
    public static bool IsValid(string name) =>
        name.Length is > 0 and <= 63 && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    /// <summary>A name that may be used, made from any; null when nothing of it is left.</summary>
    public static string? Normalise(string name)
    {
        var kept = string.Concat(name.ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            .TrimStart('-', '_');
        return kept.Length == 0 ? null : kept[..Math.Min(63, kept.Length)];
    }

    /// <summary>Whether a service, network or volume may be called so within its stack.</summary>
    internal static bool IsPart(string name) =>
        name.Length is > 0 and <= 63 && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
