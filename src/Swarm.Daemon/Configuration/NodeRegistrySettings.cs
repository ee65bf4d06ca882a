using System.Collections.Frozen;
using Swarm.Api.Registry.Access;
using Swarm.Core;
using Swarm.Images.Repositories;
using Swarm.Runtime.Images;

namespace Swarm.Daemon.Configuration;

/// <summary>The settings of the registry that a node is.</summary>
internal static class NodeRegistrySettings
{
    private static readonly FrozenDictionary<string, bool> Switch =
        new Dictionary<string, bool> { ["on"] = true, ["off"] = false }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, bool> Challenges =
        new Dictionary<string, bool> { ["token"] = true, ["basic"] = false }.ToFrozenDictionary();

    private static readonly Bytes Mebibyte = Bytes.FromMebibytes(1);

    private static readonly Bytes Petabyte = new(1L << 50);

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static NodeRegistrySection Read(SettingsReader settings) => new(
        settings.Choice("swarm.registry.enabled", Switch),
        new NodeRegistryOptions
        {
            BlobMax = settings.Size("swarm.registry.blob-max", Mebibyte, Petabyte),
            UploadsMax = (int)settings.Number("swarm.registry.uploads-max", 1, 100_000),
            ManifestsMax = (int)settings.Number("swarm.registry.manifests-max", 1, 10_000_000),
            DiskReserve = settings.Size("swarm.registry.disk-reserve", Bytes.Zero, Petabyte),
            UnfinishedKept = settings.Duration(
                "swarm.registry.unfinished-kept", TimeSpan.FromMinutes(1), 720 * Hour),
            UntaggedKept = settings.Duration("swarm.registry.untagged-kept", TimeSpan.Zero, 8760 * Hour),
            SilenceMax = settings.Duration("swarm.registry.silence", TimeSpan.FromSeconds(1), Hour),
        },
        new PullThroughOptions(settings.Items("swarm.registry.pull-through", RegistrySettings.IsRegistry)),
        ReadAccess(settings));

    private static RegistryAccessOptions ReadAccess(SettingsReader settings)
    {
        var users = settings.Parsed("swarm.registry.users", IsUsersFile, "");
        return new RegistryAccessOptions
        {
            UsersFile = users.Length == 0 ? null : users,
            Rights =
            [
                .. settings.Items("swarm.registry.rights", IsRight)
                    .Select(RegistryRight.Parse),
            ],
            TrustsLoopback = settings.Choice("swarm.registry.trust-loopback", Switch),
            AsksForTokens = settings.Choice("swarm.registry.challenge", Challenges),
        };
    }

    private static string IsRight(string text)
    {
        RegistryRight.Parse(text);
        return text;
    }

    // Read at the start once, for what is wrong with it.
    private static string IsUsersFile(string text)
    {
        if (text.Length == 0) return text;
        if (!text.StartsWith('/')) throw new FormatException($"'{text}' is not an absolute path");
        try
        {
            PasswordFile.Parse(File.ReadAllText(text));
            return text;
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new FormatException($"{text}: {wrong.Message}", wrong);
        }
    }
}
