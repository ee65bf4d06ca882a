using System.Collections.Frozen;

namespace Swarm.Api.Registry.Access;

/// <summary>Names and hashes of passwords, as <c>htpasswd -B</c> writes them.</summary>
/// <remarks>https://httpd.apache.org/docs/2.4/misc/password_encryptions.html; bcrypt alone is taken.</remarks>
public static class PasswordFile
{
    private const int LinesMax = 100_000;
    private const int NameCharactersMax = 255;

    // $2y$ and the cost, 22 characters of salt and 31 of hash.
    private const int HashCharacters = 60;

    /// <exception cref="FormatException">What is wrong, with its line; never with what stands in it.</exception>
    public static FrozenDictionary<string, string> Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var users = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (index, line) in text.Split('\n').Index())
        {
            var entry = line.Trim();
            if (entry.Length == 0 || entry[0] == '#') continue;
            var colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (colon is <= 0 or > NameCharactersMax) throw Wrong(index, "is not NAME:HASH");
            var (name, hash) = (entry[..colon], entry[(colon + 1)..]);
            if (hash.Length != HashCharacters || !hash.StartsWith("$2", StringComparison.Ordinal))
                throw Wrong(index, $"the password of {name} is not hashed by bcrypt (htpasswd -B does that)");
            if (!users.TryAdd(name, hash)) throw Wrong(index, $"{name} stands here a second time");
            if (users.Count > LinesMax) throw Wrong(index, $"more than {LinesMax} users");
        }

        return users.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static FormatException Wrong(int index, string what) => new($"line {index + 1}: {what}");
}
