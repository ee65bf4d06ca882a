using System.Diagnostics;
using System.Formats.Tar;
using System.Security.Cryptography;

namespace Swarm.Hosts.Images;

/// <summary>The image <c>box</c>: the one static program of busybox-static. An archive as docker save writes it, so
/// that it has the same id on every host.</summary>
internal static class BoxImage
{
    private static readonly Lazy<byte[]> Written = new(Write);

    public static Stream Open() => new MemoryStream(Written.Value, writable: false);

    private static byte[] Write()
    {
        var layer = Layer();
        var config = $$$"""
            {"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"]},
             "rootfs":{"type":"layers","diff_ids":["sha256:{{{Convert.ToHexStringLower(SHA256.HashData(layer))}}}"]}}
            """;
        return Tar(tar =>
        {
            AddFile(tar, "layer.tar", layer);
            AddFile(tar, "config.json", System.Text.Encoding.UTF8.GetBytes(config));
            AddFile(tar, "manifest.json", """
                [{"Config":"config.json","RepoTags":["box:latest"],"Layers":["layer.tar"]}]
                """u8.ToArray());
        });
    }

    /// <summary>The one layer of it.</summary>
    public static byte[] Layer() => Tar(tar =>
    {
        foreach (var folder in (string[])["bin", "etc", "root", "tmp"])
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, folder) { Mode = (UnixFileMode)0b111_101_101 });
        AddFile(tar, "bin/busybox", File.ReadAllBytes("/bin/busybox"), (UnixFileMode)0b111_101_101);
        foreach (var applet in Applets())
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
        AddFile(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"u8.ToArray());
    });

    public static void AddFile(
        TarWriter tar, string path, byte[] content, UnixFileMode mode = (UnixFileMode)0b110_100_100) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path)
        {
            Mode = mode,
            DataStream = new MemoryStream(content),
        });

    public static byte[] Tar(Action<TarWriter> write)
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true)) write(tar);
        return bytes.ToArray();
    }

    private static IEnumerable<string> Applets()
    {
        using var busybox =
            Process.Start(new ProcessStartInfo("/bin/busybox", ["--list"]) { RedirectStandardOutput = true })!;
        var names = busybox.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        busybox.WaitForExit();
        return names.Where(name => name != "busybox");
    }
}
