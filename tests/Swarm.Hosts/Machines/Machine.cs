using System.Diagnostics;
using System.Globalization;

namespace Swarm.Hosts.Machines;

/// <summary>A machine out of namespaces: processes, mounts, network, name and cgroups of its own.</summary>
/// <remarks>
/// Its first process, <c>machine boot</c>, ends when its standard input does, which is this process; and with the first
/// process of a pid namespace the kernel ends all others, as when the power goes. What is mounted and what networks
/// there are goes with them.
/// </remarks>
internal sealed class Machine
{
    private static readonly string Script = Path.Combine(AppContext.BaseDirectory, "Machines", "machine");
    private readonly TestGround _ground;
    private readonly string _group;
    private Process? _boot;

    public Machine(TestGround ground, string name)
    {
        (_ground, Name) = (ground, name);
        _group = _ground.MakeGroup(name, cpuShares: 4096);
    }

    public string Name { get; }

    /// <summary>Its first process, as numbered outside of it; 0 while it is off.</summary>
    public int Pid { get; private set; }

    public bool IsOn => Pid != 0;

    /// <summary>Where its file system is seen from outside.</summary>
    public string Root => $"/proc/{Pid}/root";

    /// <summary>Folder of a controller with all that runs on it.</summary>
    public string Group(string controller) => $"/sys/fs/cgroup/{controller}/{_group}";

    public async Task StartAsync()
    {
        if (IsOn) throw new InvalidOperationException($"{Name} is on");
        _boot = Process.Start(new ProcessStartInfo(
            Script,
            [
                "within", _group, "unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup", "--fork",
                "--propagation", "private", Script, "boot", Name,
            ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var line = await _boot.StandardOutput.ReadLineAsync();
        if (line is null || !line.StartsWith("up ", StringComparison.Ordinal))
            throw new InvalidOperationException($"{Name} did not start: {await _boot.StandardError.ReadToEndAsync()}");
        Pid = int.Parse(line.AsSpan(3), CultureInfo.InvariantCulture);
    }

    /// <summary>Ends everything on it at once, as when the power goes. What is on its disk stays.</summary>
    public async Task PowerOffAsync()
    {
        if (_boot is null) return;
        if (Pid != 0) await Command.RunAsync("kill", "-KILL", $"{Pid}");
        await _boot.WaitForExitAsync();
        await Until.TrueAsync(() => Processes().Count == 0, () => $"on {Name}: {string.Join(' ', Processes())}");
        _boot.Dispose();
        _boot = null;
        Pid = 0;
    }

    /// <summary>What starts a program on this machine.</summary>
    public ProcessStartInfo Inside(params string[] command) => new(Script, [.. Entering("--wdns=/"), .. command]);

    /// <inheritdoc cref="Command.RunAsync"/>
    public Task<string> RunAsync(params string[] command) =>
        Command.RunAsync(Script, [.. Entering("--wdns=/"), .. command]);

    /// <summary>Runs a program of the machine around in the network of this one.</summary>
    public Task<string> RunInNetworkAsync(string program, params string[] arguments) =>
        Command.RunAsync("nsenter", [$"--net=/proc/{Pid}/ns/net", program, .. arguments]);

    /// <summary>Feeds a program of the machine around in the network of this one.</summary>
    public Task<string> FeedInNetworkAsync(string input, string program, params string[] arguments) =>
        Command.FeedAsync(input, "nsenter", [$"--net=/proc/{Pid}/ns/net", program, .. arguments]);

    /// <summary>Numbers, as seen from outside, of all processes on it.</summary>
    public IReadOnlyList<int> Processes() => ProcessesOf(Group("pids"));

    /// <summary>Processor time used by all that ran on it since it exists.</summary>
    public TimeSpan ProcessorTime() => TimeSpan.FromMicroseconds(
        long.Parse(File.ReadAllText($"{Group("cpuacct")}/cpuacct.usage"), CultureInfo.InvariantCulture) / 1000);

    /// <summary>Whether a process was stopped where it stands; one that has ended was not.</summary>
    public static bool IsStopped(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].StartsWith('T');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Processes in a cgroup and in those below it; none in one that has gone.</summary>
    public static IReadOnlyList<int> ProcessesOf(string folder)
    {
        var found = new List<int>();
        try
        {
            foreach (var line in File.ReadAllLines($"{folder}/cgroup.procs"))
                found.Add(int.Parse(line, CultureInfo.InvariantCulture));
            foreach (var below in Directory.EnumerateDirectories(folder)) found.AddRange(ProcessesOf(below));
        }
        catch (IOException)
        {
            // It went while it was read: nothing was in it any more.
        }

        return found;
    }

    private string[] Entering(string folder) =>
    [
        "within", _group, "nsenter", $"--target={Pid}", "--mount", "--pid", "--net", "--ipc", "--uts", "--cgroup",
        folder,
    ];
}
