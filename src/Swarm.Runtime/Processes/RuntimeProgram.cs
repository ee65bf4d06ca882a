using System.Text;
using Swarm.Linux;
using Swarm.Linux.Files;
using Swarm.Linux.Mounts;

namespace Swarm.Runtime.Processes;

/// <summary>crun, where it is seen by a mount through which nothing can be written.</summary>
/// <remarks>
/// A container could find the program of the host by <c>/proc/PID/exe</c> and write to it (CVE-2019-5736). So crun
/// mounts itself read-only, whenever it is called, and begins again from there: 1.2 of the 3 ms that it takes to do
/// nothing, and three changes of the mounts of the host. Where it lies on such a mount it goes on at once.
/// https://github.com/containers/crun/blob/1.8.1/src/libcrun/cloned_binary.c
/// </remarks>
internal sealed class RuntimeProgram : IDisposable
{
    private readonly ReadOnlyView? _view;

    private RuntimeProgram(string path, ReadOnlyView? view) => (Path, _view) = (path, view);

    /// <summary>By which it is to be called, as long as this is not disposed.</summary>
    public string Path { get; }

    /// <summary>As it is where there cannot be such a mount, or it shows something else, and where it is a script,
    /// which may rely on its place.</summary>
    public static RuntimeProgram Open(string path)
    {
        if (!IsBinary(path)) return new RuntimeProgram(path, null);
        try
        {
            var folder = System.IO.Path.GetDirectoryName(path)!;
            var view = ReadOnlyView.Open(folder);
            var name = System.IO.Path.GetFileName(path);
            if (IsSame(folder, view.Path, Encoding.UTF8.GetBytes(name)))
                return new RuntimeProgram(System.IO.Path.Join(view.Path, name), view);
            view.Dispose();
            return new RuntimeProgram(path, null);
        }
        catch (LinuxException)
        {
            return new RuntimeProgram(path, null);
        }
    }

    public void Dispose() => _view?.Dispose();

    /// <summary>Not where another file is mounted over it, which the view does not show; and of a link it is not known
    /// whether it leads out of the view.</summary>
    private static bool IsSame(string folder, string view, byte[] name)
    {
        using var here = Folder.Open(folder);
        using var there = Folder.Open(view);
        return here.Status(name) is { Kind: FileKind.Regular } one && there.Status(name) is { } other
            && (one.Device, one.Inode) == (other.Device, other.Inode);
    }

    private static bool IsBinary(string path)
    {
        Span<byte> beginning = stackalloc byte[4];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false) == beginning.Length
            && beginning.SequenceEqual("\u007fELF"u8);
    }
}
