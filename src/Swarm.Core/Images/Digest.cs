using System.Security.Cryptography;
using Nerdbank.MessagePack;

namespace Swarm.Core.Images;

/// <summary>The name of a blob by its content: <c>sha256:</c> and 64 hexadecimal digits.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests</remarks>
public readonly record struct Digest([property: Key(0)] string Value)
{
    private const string Prefix = "sha256:";

    /// <summary>The hexadecimal digits without the algorithm.</summary>
    public string Hex => Value[Prefix.Length..];

    public static Digest OfHash(ReadOnlySpan<byte> sha256) => new(Prefix + Convert.ToHexStringLower(sha256));

    public static Digest Of(ReadOnlySpan<byte> content) => OfHash(SHA256.HashData(content));

    /// <summary>Whether a text is a well-formed sha256 digest. Other algorithms are not supported.</summary>
    public static bool TryParse(string? text, out Digest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + 64 || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var c in text.AsSpan(Prefix.Length))
        {
            if (c is not ((>= '0' and <= '9') or (>= 'a' and <= 'f'))) return false;
        }

        digest = new Digest(text);
        return true;
    }

    public override string ToString() => Value;
}
