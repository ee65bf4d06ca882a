using System.Formats.Tar;

namespace Swarm.Benchmarks;

/// <summary>The root file system of a static busybox, as a tar.</summary>
internal static class BusyboxImage
{
    private const string Busybox = "/bin/busybox";

    public static async Task<byte[]> TarAsync()
    {
        using var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var folder in (string[])["bin", "etc", "proc", "sys", "dev", "tmp", "www"])
            {
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.Directory, folder));
            }

            await using var busybox = File.OpenRead(Busybox);
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox")
            {
                DataStream = busybox,
                Mode = (UnixFileMode)0x1ed,
            });
            foreach (var program in (string[])["sh", "sleep", "echo", "httpd", "wget"])
            {
                await writer.WriteEntryAsync(
                    new PaxTarEntry(TarEntryType.SymbolicLink, "bin/" + program) { LinkName = "busybox" });
            }
        }

        return tar.ToArray();
    }
}
