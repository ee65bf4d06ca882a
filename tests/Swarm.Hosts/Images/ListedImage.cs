using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Swarm.Hosts.Nodes;

namespace Swarm.Hosts.Images;

/// <summary>A list of manifests of two images, as builders push them: <c>box</c> for the platform of the hosts, and
/// one for another platform; both with random bytes, so that no other image has them.</summary>
public sealed class ListedImage
{
    private const string IndexType = "application/vnd.oci.image.index.v1+json";
    private const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    private readonly Dictionary<string, byte[]> _blobs = [];
    private readonly string _image;

    /// <param name="name">Repository; its tag is <c>latest</c>.</param>
    /// <param name="copies">How many the cluster keeps of it.</param>
    public ListedImage(string name, int copies)
    {
        Name = name;
        var box = BoxImage.Layer();
        var own = BoxImage.Tar(tar => BoxImage.AddFile(tar, "own", RandomNumberGenerator.GetBytes(1000)));
        var foreign = BoxImage.Tar(tar => BoxImage.AddFile(tar, "foreign", RandomNumberGenerator.GetBytes(1000)));
        var (here, image) = Add("amd64", copies, box, own);
        var (elsewhere, _) = Add("riscv64", copies, foreign);
        (_image, ForeignLayerHex) = (image, HexOf(foreign));
        List = Encoding.UTF8.GetBytes($$"""
            {"schemaVersion":2,"mediaType":"{{IndexType}}","manifests":[{{here}},{{elsewhere}}]}
            """);
        _blobs[HexOf(List)] = List;
    }

    public string Name { get; }

    /// <summary>The list, byte for byte.</summary>
    public byte[] List { get; }

    public string ListHex => HexOf(List);

    /// <summary>Name and digest of the list, as people write it.</summary>
    public string ByDigest => $"{Name}@sha256:{ListHex}";

    /// <summary>The layer that only the image of the other platform has, as its blob is named.</summary>
    public string ForeignLayerHex { get; }

    /// <summary>Writes an OCI layout, in which it has its name.</summary>
    public async Task WriteAsync(string folder)
    {
        var blobs = Directory.CreateDirectory($"{folder}/blobs/sha256").FullName;
        foreach (var (hex, blob) in _blobs) await File.WriteAllBytesAsync($"{blobs}/{hex}", blob);
        await File.WriteAllTextAsync($"{folder}/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        await File.WriteAllTextAsync($"{folder}/index.json", $$$"""
            {"schemaVersion":2,"manifests":[{"mediaType":"{{{IndexType}}}","digest":"sha256:{{{ListHex}}}",
             "size":{{{List.Length}}},"annotations":{"org.opencontainers.image.ref.name":"{{{Name}}}"}}]}
            """);
    }

    /// <summary>Whether the list is on a host.</summary>
    public bool IsOn(SwarmHost host) => File.Exists($"{host.DataRoot}/images/blobs/sha256/{ListHex}");

    /// <summary>Removes the image on all hosts, and waits until no list of it is left there.</summary>
    public async Task RemoveAsync(SwarmHosts hosts)
    {
        foreach (var host in hosts.All)
            await Until.TrueAsync(() => TryRemoveAsync(host), () => $"{Name} is still on {host.Name}");
    }

    private async Task<bool> TryRemoveAsync(SwarmHost host)
    {
        using var remove = host.Launch("docker", "-H", "unix:///run/swarm/swarm.sock", "rmi", "-f", _image);
        await remove.WaitForExitAsync(); // it is not there, perhaps, or a container of it is just going
        return !IsOn(host);
    }

    private (string Descriptor, string Image) Add(string architecture, int copies, params byte[][] layers)
    {
        foreach (var layer in layers) _blobs[HexOf(layer)] = layer;
        var diffs = string.Join(',', layers.Select(layer => $"\"sha256:{HexOf(layer)}\""));
        var config = Encoding.UTF8.GetBytes($$$"""
            {"architecture":"{{{architecture}}}","os":"linux",
             "config":{"Labels":{"swarm.copies":"{{{copies}}}"},"Env":["PATH=/bin"]},
             "rootfs":{"type":"layers","diff_ids":[{{{diffs}}}]}}
            """);
        var manifest = JsonSerializer.SerializeToUtf8Bytes(new
        {
            schemaVersion = 2,
            mediaType = ManifestType,
            config = Describe("application/vnd.oci.image.config.v1+json", config),
            layers = layers.Select(layer => Describe("application/vnd.oci.image.layer.v1.tar", layer)),
        });
        (_blobs[HexOf(config)], _blobs[HexOf(manifest)]) = (config, manifest);
        return (
            $$$"""
            {"mediaType":"{{{ManifestType}}}","digest":"sha256:{{{HexOf(manifest)}}}","size":{{{manifest.Length}}},
             "platform":{"architecture":"{{{architecture}}}","os":"linux"}}
            """,
            $"sha256:{HexOf(config)}");
    }

    private static object Describe(string type, byte[] blob) =>
        new { mediaType = type, digest = $"sha256:{HexOf(blob)}", size = blob.Length };

    private static string HexOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
