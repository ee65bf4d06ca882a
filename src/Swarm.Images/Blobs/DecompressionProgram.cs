using System.Collections.Immutable;
using System.Globalization;
using Swarm.Linux.Processes;

namespace Swarm.Images.Blobs;

/// <summary>The plain bytes of what a program of the host decompresses.</summary>
/// <remarks>
/// What it is given is a stranger's, so it is nobody's process: it may gain no privileges, write no file, and have no
/// more memory than a bound that is far above what the format's own tools need by default. Its end of a pipe is all
/// that it has of swarmd. Why no library: docs/images.md.
/// </remarks>
internal sealed class DecompressionProgram : ReadOnlyStream
{
    /// <summary>What xz may take: its strongest preset asks for 65 MiB to decompress.</summary>
    private const int XzMemoryMebibytes = 128;

    /// <summary>Of the whole process, libraries included.</summary>
    private const int MemoryMebibytes = 256;

    private const int Nobody = 65534;

    private readonly Stream _source;
    private readonly ProcessFilter _filter;

    private DecompressionProgram(Spawn spawn, Stream source) =>
        (_source, _filter) = (source, new ProcessFilter(spawn, source));

    public int Pid => _filter.Pid;

    /// <param name="folders">Where programs are looked for.</param>
    /// <exception cref="ImageException">The program is not on this host.</exception>
    public static DecompressionProgram Open(Compression compression, Stream source, params string[] folders)
    {
        var (name, package, arguments) = compression switch
        {
            Compression.Xz => ("xz", "xz-utils", XzArguments),
            _ => ("bzip2", "bzip2", (ImmutableArray<string>)["--decompress", "--stdout"]),
        };
        var program = Find(name, package, folders);
        return new DecompressionProgram(
            new Spawn(
                Find("prlimit", "util-linux", folders),
                [
                    $"--as={(long)MemoryMebibytes << 20}", "--core=0", "--fsize=0",
                    Find("setpriv", "util-linux", folders),
                    $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--no-new-privs",
                    program, .. arguments,
                ])
            {
                WorkingFolder = "/",
            },
            source);
    }

    // One thread: others each have memory of their own. Without the format .lzma would do as well.
    private static ImmutableArray<string> XzArguments =>
    [
        "--decompress", "--stdout", "--format=xz", "--threads=1",
        string.Create(CultureInfo.InvariantCulture, $"--memlimit-decompress={XzMemoryMebibytes}MiB"),
    ];

    /// <exception cref="InvalidDataException">What it is given is broken, or needs more memory.</exception>
    public override int Read(Span<byte> buffer)
    {
        try
        {
            return _filter.Read(buffer);
        }
        catch (FilterException broken)
        {
            throw new InvalidDataException(broken.Message, broken);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _filter.Dispose();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private static string Find(string name, string package, string[] folders) =>
        folders.Select(folder => Path.Join(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new ImageException(
            ImageFault.Unsupported, $"{name} is needed to decompress it, and is not on this host (package {package})");
}
