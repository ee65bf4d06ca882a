using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Namespaces;

/// <summary>This program with its arguments and environment, to be executed once more by the calling thread.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man2/execve.2.html">execve(2)</see>: the other threads end, the calling
/// one becomes the process and keeps its namespaces. Both lists are the kernel's own, so nothing that this process set
/// since its start goes along.
/// </remarks>
internal sealed partial class Reexecution
{
    private readonly string _program;
    private readonly byte[] _arguments;
    private readonly byte[] _environment;

    private Reexecution(string program, byte[] arguments, byte[] environment) =>
        (_program, _arguments, _environment) = (program, arguments, environment);

    public static Reexecution OfThisProcess() => new(
        Environment.ProcessPath ?? "/proc/self/exe",
        File.ReadAllBytes("/proc/self/cmdline"),
        File.ReadAllBytes("/proc/self/environ"));

    /// <summary>This program as the child of one that runs what its arguments say.</summary>
    public Reexecution Below(string program) => new(
        program, [.. Encoding.UTF8.GetBytes($"{program}\0--\0{_program}\0"), .. WithoutName(_arguments)], _environment);

    /// <summary>Does not return.</summary>
    /// <exception cref="LinuxException">The program could not be executed again.</exception>
    public unsafe void Execute()
    {
        fixed (byte* arguments = _arguments, environment = _environment)
        {
            fixed (nint* argv = Pointers(_arguments, (nint)arguments), envp = Pointers(_environment, (nint)environment))
            {
                SystemCall.Check(execve(_program, argv, envp), nameof(execve), _program);
            }
        }
    }

    private static byte[] WithoutName(byte[] arguments) => arguments[(arguments.AsSpan().IndexOf((byte)0) + 1)..];

    /// <summary>Where each text of a block of zero-ended texts begins, and a null at the end.</summary>
    internal static nint[] Pointers(ReadOnlySpan<byte> block, nint start)
    {
        var pointers = new List<nint>();
        for (var at = 0; at < block.Length;)
        {
            pointers.Add(start + at);
            var length = block[at..].IndexOf((byte)0);
            at += length < 0 ? block.Length : length + 1;
        }

        pointers.Add(0);
        return [.. pointers];
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int execve(string path, nint* arguments, nint* environment);
}
