using Swarm.Linux;
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

    /// <summary>As it is where there cannot be such a mount, and where it is a script, which may rely on its place.
    /// </summary>
    public static RuntimeProgram Open(string path)
    {
        if (!IsBinary(path)) return new RuntimeProgram(path, null);
        try
        {
            var view = ReadOnlyView.Open(System.IO.Path.GetDirectoryName(path)!);
            return new RuntimeProgram(System.IO.Path.Join(view.Path, System.IO.Path.GetFileName(path)), view);
        }
        catch (LinuxException)
        {
            return new RuntimeProgram(path, null);
        }
    }

    public void Dispose() => _view?.Dispose();

    private static bool IsBinary(string path)
    {
        Span<byte> beginning = stackalloc byte[4];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false) == beginning.Length
            && beginning.SequenceEqual("\u007fELF"u8);
    }
}
