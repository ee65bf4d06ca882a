using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Swarm.Api.Registry.Access;

/// <summary>Gives tokens and believes its own: what they say, and an HMAC of it.</summary>
/// <param name="key">Known to this node alone, and the same after a restart: pushes go on.</param>
internal sealed class RegistryTokens(byte[] key, TimeProvider time)
{
    public const string Service = "swarm";

    private const int CharactersMax = 16 * 1024;

    /// <summary>How long they are good for.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    public string Issue(string? user, ImmutableSortedDictionary<string, RegistryActions> actions)
    {
        var repositories = new JsonObject();
        foreach (var (repository, allowed) in actions) repositories[repository] = (int)allowed;
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new JsonObject
            {
                ["user"] = user,
                ["expires"] = (time.GetUtcNow() + Life).ToUnixTimeSeconds(),
                ["actions"] = repositories,
            },
            JsonSerializerOptions.Web);
        return $"{Base64Url.EncodeToString(content)}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, content))}";
    }

    /// <returns>Null when it is none of this node's, or was good until now.</returns>
    public RegistryToken? Read(string text)
    {
        var parts = text.Length <= CharactersMax ? text.Split('.') : [];
        if (parts.Length != 2 || !Base64Url.IsValid(parts[0]) || !Base64Url.IsValid(parts[1])) return null;
        var content = Base64Url.DecodeFromChars(parts[0]);
        if (!CryptographicOperations.FixedTimeEquals(
            HMACSHA256.HashData(key, content), Base64Url.DecodeFromChars(parts[1])))
        {
            return null;
        }

        // Written by this node: nothing in it can be wrong.
        var json = JsonNode.Parse(content)!;
        var token = new RegistryToken(
            json["user"]?.GetValue<string>(),
            json["actions"]!.AsObject().ToImmutableSortedDictionary(
                one => one.Key, one => (RegistryActions)one.Value!.GetValue<int>(), StringComparer.Ordinal),
            DateTimeOffset.FromUnixTimeSeconds(json["expires"]!.GetValue<long>()));
        return token.Expires > time.GetUtcNow() ? token : null;
    }
}
