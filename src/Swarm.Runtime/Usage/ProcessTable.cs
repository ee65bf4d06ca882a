using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Swarm.Linux.Processes;

namespace Swarm.Runtime.Usage;

/// <summary>What <see href="https://man7.org/linux/man-pages/man1/ps.1.html">ps(1)</see> prints of some processes.
/// </summary>
internal static class ProcessTable
{
    private const int OutputLimit = 16 * 1024 * 1024;

    private static readonly string[] Places = ["/bin/ps", "/usr/bin/ps"];

    /// <exception cref="ContainerException">ps is not there, or refuses, or prints no pids.</exception>
    public static ProcessList List(ImmutableArray<string> arguments, IReadOnlySet<int> pids)
    {
        var program = Places.FirstOrDefault(File.Exists)
            ?? throw new ContainerException(ContainerFault.Host, "ps is not on this host: it comes with procps");
        if (arguments.IsDefaultOrEmpty) arguments = ["-ef"];
        // By their pids: by itself ps shows those of its own terminal, which has none. It refuses some choices beside.
        var (code, text) = Run(program, [.. arguments, "-q", string.Join(',', pids)]);
        if (code != 0) (code, text) = Run(program, arguments);
        return code == 0
            ? Parse(text, pids)
            : throw new ContainerException(ContainerFault.Invalid, $"ps: {text.Trim()}");
    }

    private static (int Code, string Text) Run(string program, ImmutableArray<string> arguments)
    {
        using var pipe = new Pipe();
        var process = Spawner.Start(new Spawn(program, arguments)
        {
            Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"],
            WorkingFolder = "/",
            Output = pipe.Writing,
        });
        pipe.Writing.Dispose();
        var text = ReadAll(pipe);
        return (process.Wait(), text);
    }

    /// <summary>The rows of the processes that are meant; the last column may have blanks in it.</summary>
    internal static ProcessList Parse(string text, IReadOnlySet<int> pids)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        ImmutableArray<string> titles = lines.Length == 0 ? [] : [.. Fields(lines[0])];
        var pidAt = titles.IndexOf("PID");
        if (pidAt < 0) throw new ContainerException(ContainerFault.Invalid, "Couldn't find PID field in ps output");
        var rows = from line in lines.Skip(1)
                   let fields = Fields(line)
                   where fields.Length > pidAt
                       && int.TryParse(fields[pidAt], CultureInfo.InvariantCulture, out var pid) && pids.Contains(pid)
                   let last = titles.Length - 1
                   select fields.Length <= titles.Length
                       ? [.. fields]
                       : ImmutableArray.Create([.. fields[..last], string.Join(' ', fields[last..])]);
        return new ProcessList(titles, [.. rows]);
    }

    private static string[] Fields(string line) =>
        line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static string ReadAll(Pipe pipe)
    {
        var all = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (pipe.Read(chunk) is > 0 and var count)
        {
            if (all.Length < OutputLimit) all.Write(chunk, 0, count);
        }

        return Encoding.UTF8.GetString(all.ToArray());
    }
}
