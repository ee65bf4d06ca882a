using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Swarm.Linux.Processes;

/// <summary>Starts programs with descriptors, session and signals of their own.</summary>
/// <remarks>
/// <see href="https://man7.org/linux/man-pages/man3/posix_spawn.3.html">posix_spawn(3)</see>, glibc 2.29. The Process
/// class can neither pass a descriptor nor reset the signals that the runtime ignores.
/// </remarks>
public static unsafe partial class Spawner
{
    /// <summary>What a program with a score of its own begins as.</summary>
    public const string ShellPath = "/bin/sh";

    /// <summary>Its score is set before there is anything of the program that could pass on another one.</summary>
    private const string SetScore = "echo \"$0\" 2>/dev/null >/proc/self/oom_score_adj; exec \"$@\"";

    /// <summary>Larger than the C library's opaque structures on every platform.</summary>
    private const int OpaqueSize = 1024;

    private const short POSIX_SPAWN_SETSIGDEF = 0x04;
    private const short POSIX_SPAWN_SETSIGMASK = 0x08;
    private const short POSIX_SPAWN_SETSID = 0x80;
    private const int O_WRONLY = 1;
    private const int O_CREAT = 0x40;
    private const int O_TRUNC = 0x200;

    /// <exception cref="LinuxException">ENOENT when there is no such program or working folder.</exception>
    public static SpawnedProcess Start(Spawn spawn)
    {
        spawn = WithScore(spawn);
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        Expect(posix_spawn_file_actions_init(actions));
        Expect(posix_spawnattr_init(attributes));
        try
        {
            AddActions(actions, spawn);
            SetAttributes(attributes);
            using var arguments = new TextBlock([spawn.Program, .. spawn.Arguments]);
            using var environment = new TextBlock(spawn.Environment);
            using var starting = OwnChildren.Begin();
            var error = posix_spawn(
                out var pid, spawn.Program, actions, attributes, arguments.Pointers, environment.Pointers);
            if (error != 0) throw new LinuxException("posix_spawn", error, spawn.Program);
            OwnChildren.Add(pid);
            return new SpawnedProcess(pid);
        }
        finally
        {
            posix_spawn_file_actions_destroy(actions);
            posix_spawnattr_destroy(attributes);
            GC.KeepAlive(spawn);
        }
    }

    /// <remarks>posix_spawn has no word for it, and written afterwards it could come too late.</remarks>
    private static Spawn WithScore(Spawn spawn) => spawn.OutOfMemoryScore is not { } score ? spawn : spawn with
    {
        Program = ShellPath,
        Arguments =
        [
            "-c", SetScore, score.ToString(CultureInfo.InvariantCulture), spawn.Program, .. spawn.Arguments,
        ],
    };

    private static void AddActions(byte* actions, Spawn spawn)
    {
        if (spawn.Input is { } input) AddDescriptor(actions, input, 0);
        else Expect(posix_spawn_file_actions_addopen(actions, 0, "/dev/null", 0, 0));
        if (spawn.Output is { } output)
        {
            AddDescriptor(actions, output, 1);
        }
        else
        {
            var path = spawn.OutputPath ?? "/dev/null";
            Expect(posix_spawn_file_actions_addopen(actions, 1, path, O_WRONLY | O_CREAT | O_TRUNC, 0x180));
        }

        if (spawn.Error is { } error) AddDescriptor(actions, error, 2);
        else Expect(posix_spawn_file_actions_adddup2(actions, 1, 2));
        if (spawn.Third is { } third) AddDescriptor(actions, third, 3);
        if (spawn.Fourth is { } fourth) AddDescriptor(actions, fourth, 4);

        if (spawn.WorkingFolder is { } folder) Expect(posix_spawn_file_actions_addchdir_np(actions, folder));
    }

    private static void AddDescriptor(byte* actions, FileDescriptor descriptor, int target) =>
        Expect(posix_spawn_file_actions_adddup2(actions, (int)descriptor.DangerousGetHandle(), target));

    private static void SetAttributes(byte* attributes)
    {
        var signals = stackalloc byte[OpaqueSize];
        Expect(sigemptyset(signals));
        Expect(posix_spawnattr_setsigmask(attributes, signals));
        Expect(sigfillset(signals));
        Expect(posix_spawnattr_setsigdefault(attributes, signals));
        Expect(posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID));
    }

    private static void Expect(int error)
    {
        if (error != 0) throw new LinuxException("posix_spawn", error);
    }

    /// <summary>Zero-ended texts outside the managed heap, and a list of pointers to them.</summary>
    private sealed class TextBlock : IDisposable
    {
        private readonly nint _block;

        public TextBlock(IReadOnlyList<string> texts)
        {
            var pointers = (texts.Count + 1) * sizeof(nint);
            _block = Marshal.AllocHGlobal(pointers + texts.Sum(text => Encoding.UTF8.GetMaxByteCount(text.Length) + 1));
            var at = (byte*)_block + pointers;
            for (var i = 0; i < texts.Count; i++)
            {
                Pointers[i] = (nint)at;
                at += Encoding.UTF8.GetBytes(
                    texts[i], new Span<byte>(at, Encoding.UTF8.GetMaxByteCount(texts[i].Length)));
                *at++ = 0;
            }

            Pointers[texts.Count] = 0;
        }

        public nint* Pointers => (nint*)_block;

        public void Dispose() => Marshal.FreeHGlobal(_block);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(
        out int pid, string path, byte* actions, byte* attributes, nint* arguments, nint* environment);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static partial void posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int fd, int target);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addopen(
        byte* actions, int fd, string path, int flags, uint mode);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn_file_actions_addchdir_np(byte* actions, string path);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial void posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static partial int sigemptyset(byte* signals);

    [LibraryImport("libc")]
    private static partial int sigfillset(byte* signals);
}
