using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Core.Images;

namespace Swarm.Client.Registries;

/// <summary>What <c>docker login</c> keeps for its user: in <c>~/.docker/config.json</c>, or in a program that it names
/// there.</summary>
/// <remarks>https://docs.docker.com/reference/cli/docker/login/#credential-stores</remarks>
public sealed class DockerLogins
{
    private const string DockerHub = "docker.io";
    private const string DockerHubKey = "https://index.docker.io/v1/";

    private readonly JsonObject _settings;

    private DockerLogins(JsonObject settings) => _settings = settings;

    /// <summary>Reads the file of <c>DOCKER_CONFIG</c>, else of <c>HOME</c>. One that is not there has no logins.
    /// </summary>
    /// <exception cref="IOException">It cannot be read, or is not what Docker writes.</exception>
    public static DockerLogins Load(IReadOnlyDictionary<string, string> environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var folder = environment.GetValueOrDefault("DOCKER_CONFIG") is { Length: > 0 } own
            ? own
            : Path.Join(environment.GetValueOrDefault("HOME", "/"), ".docker");
        var path = Path.Join(folder, "config.json");
        if (!File.Exists(path)) return new DockerLogins([]);
        try
        {
            return new DockerLogins(JsonNode.Parse(File.ReadAllText(path)) as JsonObject
                ?? throw new IOException($"{path} is not an object of JSON"));
        }
        catch (JsonException broken)
        {
            throw new IOException($"{path} cannot be read: {broken.Message}", broken);
        }
    }

    /// <summary>What is kept for a registry.</summary>
    /// <returns>Null where nobody has logged in.</returns>
    /// <exception cref="IOException">It is kept, and cannot be had.</exception>
    public async Task<PullCredentials?> FindAsync(string registry, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(registry);
        var key = registry == DockerHub ? DockerHubKey : registry;
        var helper = TextOf(_settings["credHelpers"]?[key]) ?? TextOf(_settings["credsStore"]);
        if (helper is { Length: > 0 })
            return await CredentialProgram.GetAsync(helper, key, registry, cancellation);
        if (_settings["auths"] is not JsonObject all) return null;
        // The key itself comes before another spelling of the same host.
        var found = all[key] ?? all.FirstOrDefault(one => HostOf(one.Key) == registry).Value;
        return found is JsonObject login ? Read(login, registry) : null;
    }

    private static PullCredentials? Read(JsonObject login, string registry)
    {
        var (user, password) = (TextOf(login["username"]) ?? "", TextOf(login["password"]) ?? "");
        if (TextOf(login["auth"]) is { Length: > 0 } both)
        {
            try
            {
                var text = Encoding.UTF8.GetString(Convert.FromBase64String(both));
                var colon = text.IndexOf(':', StringComparison.Ordinal);
                if (colon > 0) (user, password) = (text[..colon], text[(colon + 1)..].TrimEnd('\0'));
            }
            catch (FormatException broken)
            {
                throw new IOException($"the login for {registry} in Docker's config.json is broken", broken);
            }
        }

        var token = TextOf(login["identitytoken"]) ?? "";
        var shown = TextOf(login["registrytoken"]) ?? "";
        return user.Length == 0 && token.Length == 0 && shown.Length == 0
            ? null
            : new PullCredentials(registry, user, password, token, shown);
    }

    private static string HostOf(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var host = (scheme < 0 ? address : address[(scheme + 3)..]).Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" ? DockerHub : host;
    }

    private static string? TextOf(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
