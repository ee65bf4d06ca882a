using System.Globalization;
using Swarm.Linux.Processes;

namespace Swarm.Linux.Users;

/// <summary>A process that does nothing but be the first in namespaces of its own, until this is disposed of.</summary>
/// <remarks>
/// A network namespace belongs to the user namespace that it is made in, and
/// <see href="https://man7.org/linux/man-pages/man2/setns.2.html">setns(2)</see> lets no program of several threads
/// into one. So <see href="https://man7.org/linux/man-pages/man1/unshare.1.html">unshare(1)</see> goes there.
/// </remarks>
public sealed class NamespaceHolder : IDisposable
{
    public const string UnsharePath = "/usr/bin/unshare";
    public const string EnterPath = "/usr/bin/nsenter";

    // Says that it is there, and ends with its input.
    private static readonly string[] Waiting = ["/bin/sh", "-c", "echo; read end"];

    private readonly Pipe _input = new();
    private readonly SpawnedProcess _process;

    private NamespaceHolder(string program, IEnumerable<string> arguments)
    {
        using var output = new Pipe();
        using var said = new Pipe();
        try
        {
            _process = Spawner.Start(new Spawn(program, [.. arguments, .. Waiting])
            {
                Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"],
                WorkingFolder = "/",
                Input = _input.Reading,
                Output = output.Writing,
                Error = said.Writing,
            });
        }
        catch
        {
            _input.Dispose();
            throw;
        }

        _input.Reading.Dispose();
        output.Writing.Dispose();
        said.Writing.Dispose();
        if (output.ReadLine() is not null) return;
        var refusal = said.ReadLine();
        Dispose();
        throw new LinuxException("unshare", Errno.EPERM, detail: refusal);
    }

    /// <summary>In a new user namespace.</summary>
    /// <param name="map">Whose ids are those of it.</param>
    /// <param name="withNetwork">And in a new network namespace that belongs to it.</param>
    /// <exception cref="LinuxException">The host has no user namespaces, or none to give any more.</exception>
    public static NamespaceHolder Make(IdMap map, bool withNetwork)
    {
        ArgumentNullException.ThrowIfNull(map);
        var made = new NamespaceHolder(UnsharePath, withNetwork ? ["--user", "--net", "--"] : ["--user", "--"]);
        try
        {
            made.Write("uid_map", IdMap.Lines(map.Users));
            made.Write("gid_map", IdMap.Lines(map.Groups));
            return made;
        }
        catch
        {
            made.Dispose();
            throw;
        }
    }

    /// <summary>In a new network namespace that belongs to a user namespace there is.</summary>
    /// <exception cref="LinuxException">It cannot be entered.</exception>
    public static NamespaceHolder MakeNetworkIn(string userNamespace) =>
        new(EnterPath, ["--user=" + userNamespace, "--", UnsharePath, "--net", "--"]);

    /// <summary>Where one of its namespaces is found while it is held.</summary>
    /// <param name="kind">As <c>net</c>.</param>
    public string PathOf(string kind) => string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Pid}/ns/{kind}");

    public void Dispose()
    {
        _input.Dispose();
        _process.Wait();
    }

    private void Write(string file, string text)
    {
        var path = string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Pid}/{file}");
        try
        {
            File.WriteAllText(path, text);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new LinuxException("write", Errno.EPERM, path, refused.Message);
        }
    }
}
