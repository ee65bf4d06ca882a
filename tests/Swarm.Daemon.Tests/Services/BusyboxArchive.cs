using System.Diagnostics;
using System.Formats.Tar;

namespace Swarm.Daemon.Tests.Services;

/// <summary>A root file system of the one static program of busybox-static, as a tar.</summary>
internal static class BusyboxArchive
{
    private static readonly Lazy<byte[]> Written = new(Write);

    public static Stream Open() => new MemoryStream(Written.Value, writable: false);

    private static byte[] Write()
    {
        var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var folder in (string[])["bin", "etc", "root", "tmp"]) tar.WriteEntry(Folder(folder));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "bin/busybox")
            {
                Mode = (UnixFileMode)0b111_101_101,
                DataStream = new MemoryStream(File.ReadAllBytes("/bin/busybox")),
            });
            foreach (var applet in Applets())
            {
                tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, $"bin/{applet}") { LinkName = "busybox" });
            }

            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "etc/passwd")
            {
                DataStream = new MemoryStream("root:x:0:0:root:/root:/bin/sh\n"u8.ToArray()),
            });
        }

        return bytes.ToArray();
    }

    private static PaxTarEntry Folder(string path) =>
        new(TarEntryType.Directory, path) { Mode = (UnixFileMode)(path == "tmp" ? 0b111_111_111 : 0b111_101_101) };

    private static IEnumerable<string> Applets()
    {
        using var busybox =
            Process.Start(new ProcessStartInfo("/bin/busybox", ["--list"]) { RedirectStandardOutput = true })!;
        var names = busybox.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        busybox.WaitForExit();
        return names.Where(name => name != "busybox");
    }
}
