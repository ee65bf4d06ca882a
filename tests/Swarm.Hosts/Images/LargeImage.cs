using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Swarm.Client;
using Swarm.Hosts.Nodes;

namespace Swarm.Hosts.Images;

/// <summary>An image of two layers: <c>box</c>, and random bytes over it, so that no other host has it.</summary>
public sealed class LargeImage
{
    private readonly byte[] _layer;
    private readonly byte[] _box;
    private readonly string _labels;

    /// <param name="name">Repository; its tag is <c>latest</c>.</param>
    /// <param name="mebibytes">Of the layer of random bytes.</param>
    /// <param name="copies">How many the cluster keeps of it; null as it keeps of others.</param>
    public LargeImage(string name, int mebibytes, int? copies = null)
    {
        Name = name;
        _labels = copies is null ? "{}" : "{" + $"\"swarm.copies\":\"{copies}\"" + "}";
        _box = BoxImage.Layer();
        _layer = BoxImage.Tar(tar => BoxImage.AddFile(
            tar, "large", RandomNumberGenerator.GetBytes(mebibytes * 1024 * 1024)));
    }

    public string Name { get; }

    /// <summary>Digest of the large layer, as its blob is named, without the algorithm.</summary>
    public string LayerHex => HexOf(_layer);

    /// <summary>An archive as docker save writes it.</summary>
    public Stream Open()
    {
        var config = $$$"""
            {"architecture":"amd64","os":"linux","config":{"Labels":{{{_labels}}},"Env":["PATH=/bin"]},
             "rootfs":{"type":"layers",
             "diff_ids":["sha256:{{{HexOf(_box)}}}","sha256:{{{HexOf(_layer)}}}"]}}
            """;
        return new MemoryStream(BoxImage.Tar(tar =>
        {
            BoxImage.AddFile(tar, "box.tar", _box);
            BoxImage.AddFile(tar, "large.tar", _layer);
            BoxImage.AddFile(tar, "config.json", Encoding.UTF8.GetBytes(config));
            BoxImage.AddFile(tar, "manifest.json", Encoding.UTF8.GetBytes(
                $$"""[{"Config":"config.json","RepoTags":["{{Name}}:latest"],"Layers":["box.tar","large.tar"]}]"""));
        }), writable: false);
    }

    public async Task LoadAsync(SwarmHost host)
    {
        using var images = host.Images();
        await images.LoadAsync(Open());
    }

    /// <summary>Where the blob of its large layer lies on a host that has it as it was loaded.</summary>
    public string BlobOn(SwarmHost host) => $"{host.DataRoot}/images/blobs/sha256/{LayerHex}";

    public bool IsWholeOn(SwarmHost host) => File.Exists(BlobOn(host));

    /// <summary>How much of the large layer has come to a host, whole pieces or not; <see cref="long.MaxValue"/> when
    /// all of it is there.</summary>
    public long MebibytesOn(SwarmHost host)
    {
        // What is allocated of a file with holes, in blocks of 512 bytes.
        var path = $"{host.DataRoot}/images/parts/{LayerHex}";
        if (!File.Exists(path)) return IsWholeOn(host) ? long.MaxValue : 0;
        using var stat = Process.Start(
            new ProcessStartInfo("stat", ["--format", "%b", path]) { RedirectStandardOutput = true })!;
        return long.TryParse(stat.StandardOutput.ReadToEnd(), CultureInfo.InvariantCulture, out var blocks)
            ? blocks / 2048
            : 0;
    }

    /// <summary>Takes its names away on all hosts, and waits until nothing of it is left there.</summary>
    public async Task RemoveAsync(SwarmHosts hosts)
    {
        foreach (var host in hosts.All)
            await Until.TrueAsync(() => TryRemoveAsync(host), () => $"{Name} is still on {host.Name}");
    }

    private async Task<bool> TryRemoveAsync(SwarmHost host)
    {
        using var images = host.Images();
        try
        {
            foreach (var one in await images.ListAsync())
            {
                if (one.Tags.Any(name => name.Contains(Name, StringComparison.Ordinal)))
                    await images.RemoveAsync(Name, force: true);
            }

            return !IsWholeOn(host);
        }
        catch (SwarmRefusedException)
        {
            return false; // a container of it is just going
        }
    }

    private static string HexOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
