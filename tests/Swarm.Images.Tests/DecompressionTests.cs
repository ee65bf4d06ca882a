using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Blobs;
using Swarm.Images.Unpacking;
using Swarm.Tests;

namespace Swarm.Images.Tests;

/// <summary>What xz and bzip2 made, decompressed by their own programs.</summary>
public sealed class DecompressionTests : IDisposable
{
    private static readonly UnpackLimits Limits = new();

    private readonly StoreHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("gzip")]
    [InlineData("xz")]
    [InlineData("xz -9e")]
    [InlineData("xz --check=sha256")]
    [InlineData("bzip2")]
    [InlineData("bzip2 -1")]
    public async Task An_archive_is_loaded_however_it_and_its_layers_are_compressed(string packer)
    {
        var layer = new TarBuilder().File("hello", "hello").Build();

        var loaded = await _home.Store.LoadAsync(
            new MemoryStream(Pack(packer, DockerArchives.Make([layer], "packed:1", [Pack(packer, layer)]))), default);

        Assert.Equal("hello", await ReadAsync(Assert.Single(loaded).Id, "hello"));
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public async Task A_layer_for_whose_compression_there_is_no_media_type_is_kept_as_gzip(string packer)
    {
        var layer = new TarBuilder().File("hello", "hello").Build();
        var packed = Pack(packer, layer);

        // Twice the same layer: one file of the archive, two of the image.
        var twice = await _home.Store.LoadAsync(
            new MemoryStream(DockerArchives.Make([layer, layer], "twice:1", [packed, packed])), default);
        var imported = await ImportAsync(packed);

        var kept = LayersOf(twice[0].Id).Concat(LayersOf(imported)).ToList();
        Assert.Equal(3, kept.Count);
        Assert.All(kept, one =>
        {
            Assert.Equal("application/vnd.oci.image.layer.v1.tar+gzip", one!["mediaType"]!.GetValue<string>());
            Assert.Equal([0x1f, 0x8b], File.ReadAllBytes(Blob(one!["digest"]!.GetValue<string>()))[..2]);
        });
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public async Task A_root_file_system_is_imported_compressed_and_is_the_same_image_as_plain(string packer)
    {
        var tar = new TarBuilder().File("hello", "hello").Build();

        var packed = await ImportAsync(Pack(packer, tar));
        var plain = await ImportAsync(tar);

        Assert.Equal(plain, packed);
        Assert.Equal("hello", await ReadAsync(packed, "hello"));
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public async Task A_layer_of_a_manifest_stays_as_it_came(string packer)
    {
        var layer = new TarBuilder().File("hello", "hello").Build();
        var packed = Pack(packer, layer);
        WriteLayout(layer, packed);

        var loaded = await _home.Store.LoadLayoutAsync(_home.PathOf("layout"), default);

        Assert.Equal("hello", await ReadAsync(Assert.Single(loaded).Id, "hello"));
        Assert.Equal(
            Digest.Of(packed).Value, Assert.Single(LayersOf(loaded[0].Id))!["digest"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public void Streams_one_after_the_other_are_one_and_an_empty_one_is_empty(string packer)
    {
        byte[] both = [.. Pack(packer, "one "u8.ToArray()), .. Pack(packer, "two"u8.ToArray())];

        Assert.Equal("one two"u8.ToArray(), Unpack(both));
        Assert.Equal([], Unpack(Pack(packer, [])));
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public void What_is_larger_than_any_buffer_comes_out_as_it_went_in(string packer)
    {
        var content = new byte[5_000_000];
        new Random(1).NextBytes(content);

        Assert.Equal(content, Unpack(Pack(packer, content)));
    }

    [Theory]
    [InlineData("xz", "xz: ")]
    [InlineData("bzip2", "bzip2: ")]
    public void Whatever_is_cut_or_changed_is_refused_with_what_the_program_says(string packer, string says)
    {
        var content = new byte[200_000];
        new Random(2).NextBytes(content);
        var packed = Pack(packer, content);

        foreach (var length in (int[])[10, 20, packed.Length / 2, packed.Length - 1])
            Assert.Contains(says, Refused(packed[..length]), StringComparison.Ordinal);
        foreach (var place in (int[])[30, packed.Length / 3, packed.Length - 6])
        {
            var changed = (byte[])packed.Clone();
            changed[place] ^= 0x55;
            Assert.Contains(says, Refused(changed), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("xz")]
    [InlineData("bzip2")]
    public void A_bomb_is_refused_where_its_bound_is(string packer)
    {
        var bomb = Shell($"head -c 50000000 /dev/zero | {packer} -c");
        var limits = Limits with { RatioFrom = Bytes.FromMebibytes(1) };

        var ratio = Refused(bomb, limits: limits);
        var size = Refused(bomb, max: Bytes.FromMebibytes(2));

        Assert.Contains("more than 200 times", ratio, StringComparison.Ordinal);
        Assert.Contains("more than 2097152 bytes", size, StringComparison.Ordinal);
    }

    [Fact]
    public void What_asks_for_more_memory_than_its_bound_is_refused()
    {
        var greedy = Shell("head -c 1000 /dev/zero | xz -c --lzma2=dict=256MiB,mf=hc3,nice=10,mode=fast");

        Assert.Contains("Memory usage limit", Refused(greedy), StringComparison.Ordinal);
    }

    [Fact]
    public void The_program_is_nobodys_and_may_write_no_file()
    {
        using var source = new HeldStream(Pack("xz", new byte[100]));
        using var program = DecompressionProgram.Open(Compression.Xz, source, "/usr/bin", "/usr/sbin");
        var process = $"/proc/{program.Pid.ToString(CultureInfo.InvariantCulture)}";
        source.WhenAsked = () =>
        {
            source.Status = File.ReadAllText(process + "/status") + File.ReadAllText(process + "/limits");
            // Before, it is still on its way through the programs that bound it.
            return source.Status.StartsWith("Name:\txz\n", StringComparison.Ordinal);
        };

        var rest = new MemoryStream();
        program.CopyTo(rest);

        Assert.Equal(100, rest.Length);
        Assert.Contains("Uid:\t65534\t65534\t65534\t65534", source.Status, StringComparison.Ordinal);
        Assert.Contains("Gid:\t65534\t65534\t65534\t65534", source.Status, StringComparison.Ordinal);
        Assert.Contains("CapEff:\t0000000000000000", source.Status, StringComparison.Ordinal);
        Assert.Contains("NoNewPrivs:\t1", source.Status, StringComparison.Ordinal);
        Assert.Matches("Max file size +0 +0 ", source.Status);
        Assert.Matches("Max address space +268435456 +268435456 ", source.Status);
    }

    [Fact]
    public void A_host_without_the_program_says_which_and_of_which_package()
    {
        var refused = Assert.Throws<ImageException>(
            () => DecompressionProgram.Open(Compression.Bzip2, new MemoryStream(), _home.Folder));

        Assert.Equal(ImageFault.Unsupported, refused.Fault);
        Assert.Contains("bzip2 is needed", refused.Message, StringComparison.Ordinal);
        Assert.Contains("package bzip2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_that_fails_fails_whoever_reads()
    {
        using var plain = Open(new FailingStream(Pack("xz", new byte[1000])[..20]), Bytes.FromMebibytes(1), Limits);

        var failed = Assert.Throws<IOException>(() => plain.Read(new byte[100]));

        Assert.Equal("the client is gone", failed.Message);
    }

    private async Task<string> ReadAsync(Digest image, string file)
    {
        var root = await _home.Store.MountRootAsync(StoreHome.NewContainer(), image, default);
        return File.ReadAllText($"{root}/{file}");
    }

    private async Task<Digest> ImportAsync(byte[] tar) =>
        (await _home.Store.ImportAsync(new MemoryStream(tar), null, new ImageConfiguration(), default)).Id;

    private byte[] Pack(string packer, byte[] content)
    {
        var path = _home.PathOf("plain");
        File.WriteAllBytes(path, content);
        return Shell($"{packer} -c < {path}");
    }

    private byte[] Shell(string command)
    {
        var path = _home.PathOf("packed");
        Tool.Run("sh", "-c", $"{command} > {path}");
        return File.ReadAllBytes(path);
    }

    private static PlainStream Open(Stream packed, Bytes max, UnpackLimits limits) =>
        new(packed, max, limits, hashed: false, "it", default);

    private static byte[] Unpack(byte[] packed)
    {
        using var plain = Open(new MemoryStream(packed), Limits.LayerMax, Limits);
        var whole = new MemoryStream();
        plain.CopyTo(whole);
        return whole.ToArray();
    }

    private static string Refused(byte[] packed, Bytes? max = null, UnpackLimits? limits = null)
    {
        using var plain = Open(new MemoryStream(packed), max ?? Limits.LayerMax, limits ?? Limits);
        return Assert.Throws<ImageException>(() => plain.CopyTo(Stream.Null)).Message;
    }

    private JsonArray LayersOf(Digest image) => JsonNode.Parse(
        File.ReadAllBytes(Blob(_home.Store.Find(image.Value)!.ManifestDigest.Value)))!["layers"]!.AsArray();

    private string Blob(string digest) => $"{_home.Root}/blobs/sha256/{digest["sha256:".Length..]}";

    private void WriteLayout(byte[] layer, byte[] packed)
    {
        var blobs = Directory.CreateDirectory(_home.PathOf("layout/blobs/sha256")).FullName;
        var config = Write(Encoding.UTF8.GetBytes(
            $$$"""
            {"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["{{{Digest.Of(layer).Value}}}"]}}
            """));
        var manifest = Write(Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"config":{{config}},"layers":[{{Write(packed)}}]}"""));
        File.WriteAllText(_home.PathOf("layout/index.json"), $$"""{"schemaVersion":2,"manifests":[{{manifest}}]}""");

        string Write(byte[] content)
        {
            File.WriteAllBytes(Path.Combine(blobs, Digest.Of(content).Hex), content);
            return $$"""{"mediaType":"a/b","digest":"{{Digest.Of(content).Value}}","size":{{content.Length}}}""";
        }
    }

    /// <summary>Gives nothing before a question is answered.</summary>
    private sealed class HeldStream(byte[] content) : ReadOnlyStream
    {
        private readonly MemoryStream _content = new(content);

        public Func<bool> WhenAsked { get; set; } = () => true;

        public string Status { get; set; } = "";

        public override int Read(Span<byte> buffer)
        {
            SpinWait.SpinUntil(WhenAsked, Patience.Seconds(20));
            return _content.Read(buffer);
        }
    }

    private sealed class FailingStream(byte[] content) : ReadOnlyStream
    {
        private readonly MemoryStream _content = new(content);

        public override int Read(Span<byte> buffer) =>
            _content.Read(buffer) is > 0 and var count ? count : throw new IOException("the client is gone");
    }
}
