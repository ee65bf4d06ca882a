using System.Net;
using System.Text.RegularExpressions;
using Swarm.Images.Registry;

namespace Swarm.Daemon.Configuration;

/// <summary>The settings of how registries are spoken with.</summary>
internal static partial class RegistrySettings
{
    public static RegistryOptions Read(SettingsReader settings) => new()
    {
        InsecureRegistries = settings.Items("swarm.images.insecure-registries", IsHostOrNetwork),
        Mirrors = [.. settings.Items("swarm.images.mirrors", IsMirror).Select(mirror => new Uri(mirror))],
        ParallelDownloads = (int)settings.Number("swarm.images.parallel-downloads", 1, 64),
        ParallelUploads = (int)settings.Number("swarm.images.parallel-uploads", 1, 64),
        Attempts = (int)settings.Number("swarm.images.registry-attempts", 1, 100),
        SilenceMax = settings.Duration(
            "swarm.images.registry-silence", TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
    };

    private static string IsHostOrNetwork(string text) =>
        IPNetwork.TryParse(text, out _) || Host().IsMatch(text)
            ? text
            : throw new FormatException(
                $"'{text}' is no registry, as registry.lan:5000, and no network, as 10.0.0.0/8");

    /// <summary>A registry, by its host and port.</summary>
    public static string IsRegistry(string text) =>
        text == "*" || Host().IsMatch(text)
            ? text
            : throw new FormatException($"'{text}' is no registry, as docker.io or registry.lan:5000, and not *");

    private static string IsMirror(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { AbsolutePath: "/", Query: "", UserInfo: "" }
        && (uri.Scheme == Uri.UriSchemeHttps || uri.Scheme == Uri.UriSchemeHttp)
            ? text
            : throw new FormatException($"'{text}' is not the address of a mirror, as https://mirror.lan");

    [GeneratedRegex(@"\A(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:]+\])(?::[0-9]{1,5})?\z")]
    private static partial Regex Host();
}
