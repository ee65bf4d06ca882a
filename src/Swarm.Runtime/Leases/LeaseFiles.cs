using System.Globalization;
using Swarm.Core;
using Swarm.Linux.Processes;

namespace Swarm.Runtime.Leases;

/// <summary>The files that swarmd and the script <c>watchdog</c> share: that says what each of them is.</summary>
/// <remarks>On a tmpfs: what is in them means something in one boot of the host only.</remarks>
internal sealed class LeaseFiles(string folder)
{
    private static readonly ProcessIdentity Own = ProcessIdentity.Of(Environment.ProcessId)!.Value;

    public string Folder => folder;

    public string Script => Path.Join(folder, "watchdog.sh");

    public string Log => Path.Join(folder, "watchdog.log");

    private string Leases => Path.Join(folder, "leases");

    private string Guarded => Path.Join(folder, "guarded");

    private string ActingFile => Path.Join(folder, "watchdog");

    /// <summary>Makes this process the owner.</summary>
    public void Make()
    {
        Directory.CreateDirectory(Leases);
        Directory.CreateDirectory(Guarded);
        using (var stream = typeof(LeaseFiles).Assembly.GetManifestResourceStream("watchdog")!)
        using (var reader = new StreamReader(stream))
        {
            Write(Script, reader.ReadToEnd());
        }

        Write(Path.Join(folder, "owner"), Line(Own));
    }

    public Dictionary<string, TimeSpan> ReadLeases() => Directory.GetFiles(Leases)
        .ToDictionary(path => Path.GetFileName(path), ReadLease, StringComparer.Ordinal);

    /// <param name="until">Since the boot. Earlier by what the file does not tell: less than 10 ms.</param>
    public void Extend(string lease, TimeSpan until) => Write(
        Path.Join(Leases, lease), string.Create(CultureInfo.InvariantCulture, $"{until.Ticks / 100_000}\n"));

    public void Forget(string lease) => File.Delete(Path.Join(Leases, lease));

    public void Guard(ContainerId container, string lease) => Write(Path.Join(Guarded, container.Value), lease + "\n");

    public void Release(ContainerId container) => File.Delete(Path.Join(Guarded, container.Value));

    public void ReleaseAllBut(IEnumerable<ContainerId> some)
    {
        var kept = some.Select(one => one.Value).ToHashSet(StringComparer.Ordinal);
        foreach (var file in Directory.GetFiles(Guarded))
        {
            if (!kept.Contains(Path.GetFileName(file))) File.Delete(file);
        }
    }

    /// <summary>The process that guards, if it lives.</summary>
    public ProcessIdentity? Acting() =>
        ReadActing() is [var pid, var start, ..]
        && int.TryParse(pid, CultureInfo.InvariantCulture, out var number)
        && long.TryParse(start, CultureInfo.InvariantCulture, out var began)
        && new ProcessIdentity(number, began) is { IsAlive: true } acting ? acting : null;

    /// <summary>Whether it knows this process as its owner.</summary>
    public bool HasSeen(ProcessIdentity process) =>
        string.Join(' ', ReadActing()) + "\n" == $"{Line(process)[..^1]} {Line(Own)}";

    public string ReadLog() => File.Exists(Log) ? File.ReadAllText(Log).Trim() : "";

    private string[] ReadActing() => File.Exists(ActingFile)
        ? File.ReadAllText(ActingFile).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
        : [];

    private static TimeSpan ReadLease(string path) =>
        long.TryParse(File.ReadAllText(path).AsSpan().Trim(), CultureInfo.InvariantCulture, out var hundredths)
            ? TimeSpan.FromTicks(hundredths * 100_000)
            : TimeSpan.Zero;

    private static string Line(ProcessIdentity process) =>
        string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {process.StartTime}\n");

    /// <remarks>Who reads sees the old or the new one.</remarks>
    private void Write(string path, string text)
    {
        var aside = Path.Join(folder, "new");
        File.WriteAllText(aside, text);
        File.Move(aside, path, overwrite: true);
    }
}
