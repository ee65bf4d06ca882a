using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Swarm.Core.Containers;
using Swarm.Core.Images;

namespace Swarm.Images.Manifests;

/// <summary>An image's configuration as it is stored, with the digests of its layers, lowest first.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/config.md</remarks>
internal sealed record ConfigDocument(ImageConfiguration Configuration, ImmutableArray<Digest> DiffIds)
{
    private const int LayersMax = Linux.Overlay.OverlayMount.LayersMax;

    /// <summary>For each layer, the digest of it and all below it.</summary>
    public ImmutableArray<Digest> ChainIds
    {
        get
        {
            var chain = ImmutableArray.CreateBuilder<Digest>(DiffIds.Length);
            foreach (var diffId in DiffIds)
            {
                chain.Add(chain.Count == 0
                    ? diffId
                    : Digest.OfHash(SHA256.HashData(Encoding.ASCII.GetBytes($"{chain[^1]} {diffId}"))));
            }

            return chain.ToImmutable();
        }
    }

    /// <exception cref="ImageException">What is wrong and where.</exception>
    public static ConfigDocument Read(byte[] content, string subject)
    {
        var json = JsonReading.Parse(content, subject);
        var diffIds = json.Get("rootfs").Get("diff_ids").Items().Select(item => item.Digest()).ToImmutableArray();
        if (diffIds.Length > LayersMax)
        {
            throw new ImageException(
                ImageFault.Unsupported, $"{subject}: {diffIds.Length} layers, where the kernel takes {LayersMax}");
        }

        var platform = ImagePlatform.Read(json);
        var configuration = new ImageConfiguration
        {
            Architecture = platform.Architecture,
            OperatingSystem = platform.OperatingSystem,
            Variant = platform.Variant,
            Author = json.TextOr("author", ""),
            Created = json.Find("created")?.Time(),
        };
        return new ConfigDocument(
            json.Find("config") is { } config ? Read(config, configuration) : configuration, diffIds);
    }

    private static ImageConfiguration Read(JsonReading json, ImageConfiguration configuration) => configuration with
    {
        Entrypoint = json.Texts("Entrypoint"),
        Command = json.Texts("Cmd"),
        Environment = json.Texts("Env"),
        WorkingDirectory = json.TextOr("WorkingDir", ""),
        User = json.TextOr("User", ""),
        ExposedPorts = [.. json.Find("ExposedPorts")?.Members().Keys ?? []],
        Volumes = [.. json.Find("Volumes")?.Members().Keys ?? []],
        Labels = json.Find("Labels")?.Members().ToImmutableSortedDictionary(
            label => label.Key, label => label.Value.Text())
            ?? ImmutableSortedDictionary<string, string>.Empty,
        StopSignal = json.Find("StopSignal")?.Text() is { Length: > 0 } signal ? signal : null,
        HealthCheck = json.Find("Healthcheck") is { } check ? ReadHealthCheck(check) : null,
        Shell = json.Texts("Shell"),
        OnBuild = json.Texts("OnBuild"),
    };

    // Nothing or zero stands for Docker's default, which is the record's.
    private static HealthCheck? ReadHealthCheck(JsonReading json)
    {
        if (json.Texts("Test") is not { Length: > 0 } test) return null;

        var check = new HealthCheck(test);
        return check with
        {
            Interval = Duration(json, "Interval") ?? check.Interval,
            Timeout = Duration(json, "Timeout") ?? check.Timeout,
            StartPeriod = Duration(json, "StartPeriod") ?? check.StartPeriod,
            StartInterval = Duration(json, "StartInterval") ?? check.StartInterval,
            Retries = json.Find("Retries")?.Number() is > 0 and <= int.MaxValue and var retries
                ? (int)retries
                : check.Retries,
            Said = HealthTermsReading.Said(term => json.Find(term)?.Number() > 0),
        };
    }

    private static TimeSpan? Duration(JsonReading json, string name) =>
        json.Find(name)?.Number() is > 0 and var nanoseconds ? TimeSpan.FromTicks(nanoseconds / 100) : null;
}
