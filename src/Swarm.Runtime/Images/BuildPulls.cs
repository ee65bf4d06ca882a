using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Images.Registry;
using Swarm.Runtime.Builds;

namespace Swarm.Runtime.Images;

/// <summary>Pulls what builds begin with, with the credentials that came with the build.</summary>
public sealed class BuildPulls(HostImages images) : IImagePulls
{
    private const string DockerHub = "docker.io";

    /// <inheritdoc/>
    public async Task PullAsync(
        ImageReference name, string credentials, IBuildOutput output, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(output);
        try
        {
            await images.PullAsync(name, platform: null, Find(credentials, name.Registry), _ => { }, cancellation);
        }
        catch (Exception refused) when (refused is RegistryException or ImageException or IOException)
        {
            throw new BuildException(refused.Message, cause: refused);
        }
    }

    /// <summary>Those for a registry, of the map that <c>X-Registry-Config</c> is.</summary>
    private static RegistryCredentials Find(string header, string registry)
    {
        if (header.Length == 0) return RegistryCredentials.None;
        try
        {
            var plain = header.Replace('-', '+').Replace('_', '/');
            var json = Encoding.UTF8.GetString(
                Convert.FromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '=')));
            if (JsonNode.Parse(json) is not JsonObject registries) return RegistryCredentials.None;
            var own = registries.FirstOrDefault(one => HostOf(one.Key) == registry).Value as JsonObject;
            return own is null ? RegistryCredentials.None : new RegistryCredentials(
                Text(own, "username"), Text(own, "password"), Text(own, "identitytoken"), Text(own, "registrytoken"));
        }
        catch (Exception wrong) when (wrong is FormatException or JsonException or InvalidOperationException)
        {
            return RegistryCredentials.None; // as in Docker, a pull goes without
        }
    }

    private static string HostOf(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var host = (scheme < 0 ? address : address[(scheme + 3)..]).Split('/')[0];
        return host is "index.docker.io" or "registry-1.docker.io" ? DockerHub : host;
    }

    private static string Text(JsonObject fields, string name) => fields[name]?.GetValue<string>() ?? "";
}
