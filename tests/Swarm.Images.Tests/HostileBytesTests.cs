using Swarm.Core.Images;
using Swarm.Images.Manifests;
using Swarm.Images.Registry;
using Swarm.Tests;

namespace Swarm.Images.Tests;

public sealed class HostileBytesTests : IDisposable
{
    private const int Block = 512;
    private const long Memory = 256 << 20;

    /// <summary>Name, mode, user, size, time, kind, target and device of a header: where, and how long.</summary>
    private static readonly (int From, int Length)[] Fields =
        [(0, 100), (100, 8), (108, 8), (124, 12), (136, 12), (156, 1), (157, 100), (329, 8)];

    private static readonly string[] Values =
    [
        "etc/link/../../x", "etc/link/f", "tmp/x", "etc", ".", "..", "", ".wh..wh..opq", ".wh.", "77777777777", "-1",
        "\u0080", "L", "K", "x", "g", "1", "2", "3", "4", "5", "6", "7", "S",
    ];

    private readonly StoreHome _home = new();
    private int _taken;
    private int _refused;
    private readonly string _outside = $"/tmp/swarm-outside-{Guid.NewGuid():N}";

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task An_archive_changed_at_any_place_is_loaded_or_refused_and_leaves_nothing()
    {
        byte[][] samples = [DockerArchives.Make([Layer().Build()], "web:1"), DockerArchives.Make(Layer().Build())];
        for (var seed = Hostile.FirstSeed; seed < Hostile.FirstSeed + Hostile.Runs; seed++)
            await TryAsync(Hostile.Change(samples, new Random(seed)), seed);

        Assert.NotEqual(0, _refused);
    }

    /// <summary>Its digests are right: so what is unpacked is hostile itself.</summary>
    [Fact]
    public async Task A_layer_changed_at_any_place_is_unpacked_within_its_folder_or_refused()
    {
        for (var seed = Hostile.FirstSeed; seed < Hostile.FirstSeed + Hostile.Runs; seed++)
        {
            var chance = new Random(seed);
            var layer = chance.Next(2) == 0
                ? Twist(Layer().Build(), chance)
                : Hostile.Change([Layer().Build()], chance);
            await TryAsync(DockerArchives.Make(layer), seed);
        }

        Assert.NotEqual(0, _refused);
        Assert.NotEqual(0, _taken);
    }

    [Fact]
    public void A_manifest_or_configuration_changed_at_any_place_is_read_or_refused()
    {
        var digest = Digest.Of([1]).Value;
        var manifest = $$"""
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":
            "application/vnd.oci.image.config.v1+json","digest":"{{digest}}","size":2},"layers":[{"mediaType":
            "application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{digest}}","size":3,"annotations":{"a":"b"} }] }
            """;
        var configuration = $$"""
            {"architecture":"amd64","os":"linux","created":"2020-01-01T00:00:00.5Z","config":{"Cmd":["a"],"Env":["A=b"],
            "ExposedPorts":{"80/tcp":{} },"Volumes":{"/v":{} },"Labels":{"l":"m"},"Healthcheck":{"Test":["CMD","x"],
            "Interval":1000000000},"StopSignal":"SIGTERM"},"rootfs":{"type":"layers","diff_ids":["{{digest}}"]},
            "history":[{"created":"2020-01-01T00:00:00Z","created_by":"x","empty_layer":true}]}
            """;

        Hostile.ReadBytes(
            [.. new[] { manifest, configuration }.Select(TarBuilder.Bytes)],
            bytes =>
            {
                if (bytes.Length % 2 == 0) ImageManifest.Read(bytes, "a manifest");
                else ConfigDocument.Read(bytes, "a configuration");
            },
            fault => fault is ImageException, Memory);
    }

    [Fact]
    public void A_challenge_changed_at_any_place_is_read_or_passed_over() => Hostile.Read(
        ["""Bearer realm="https://h/token",service="s",scope="repository:a/b:pull,push" """, "Basic realm=\"x\""],
        header => AuthChallenge.Read(header), _ => false, Memory);

    private static TarBuilder Layer() => new TarBuilder()
        .Folder("etc").File("etc/hosts", "127.0.0.1 localhost")
        .Link("etc/link", "../tmp/x").HardLink("etc/hard", "etc/hosts")
        .Folder("tmp", mode: 0x3ff).File("tmp/x", new string('x', 3000)).File("tmp/.wh.gone").Device("tmp/null", 1, 3)
        .File("a/very/long/" + string.Join('/', Enumerable.Repeat("folder", 40)) + "/file");

    /// <summary>One header of a tar says something else, and its sum is right again.</summary>
    private byte[] Twist(byte[] tar, Random chance)
    {
        var headers = Enumerable.Range(0, tar.Length / Block)
            .Where(block => tar.AsSpan(block * Block + 257, 5).SequenceEqual("ustar"u8)).ToList();
        for (var i = chance.Next(1, 4); i > 0; i--)
        {
            var header = tar.AsSpan(headers[chance.Next(headers.Count)] * Block, Block);
            var (from, length) = Fields[chance.Next(Fields.Length)];
            string[] values = [.. Values, "../../../../../../../.." + _outside, _outside];
            var field = header.Slice(from, length);
            field.Clear();
            var value = TarBuilder.Bytes(values[chance.Next(values.Length)]);
            value.AsSpan(0, Math.Min(value.Length, length)).CopyTo(field);
            header.Slice(148, 8).Fill((byte)' ');
            var sum = 0;
            foreach (var one in header) sum += one;
            TarBuilder.Bytes($"{Convert.ToString(sum, 8).PadLeft(6, '0')}\0 ").CopyTo(header[148..]);
        }

        return tar;
    }

    private async Task TryAsync(byte[] archive, int seed)
    {
        var before = _home.Contents();
        try
        {
            using var content = new MemoryStream(archive);
            foreach (var image in await _home.Store.LoadAsync(content, CancellationToken.None))
                _home.Store.Remove(image.Id.Value, force: true, new HashSet<Core.ContainerId>());
            _taken++;
        }
        catch (ImageException)
        {
            _refused++;
        }
        catch (Exception fault)
        {
            throw new InvalidOperationException($"seed {seed}: {fault.GetType()}: {fault.Message}", fault);
        }

        Assert.True(before.SequenceEqual(_home.Contents()), $"seed {seed}: it left something behind");
        Assert.False(Path.Exists(_outside), $"seed {seed}: it wrote outside");
    }
}
