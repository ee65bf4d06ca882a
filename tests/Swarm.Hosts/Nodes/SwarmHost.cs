using System.Diagnostics;
using System.Globalization;
using Swarm.Client.Images;
using Swarm.Core;
using Swarm.Hosts.Machines;
using Swarm.Runtime.Nodes;
using Swarm.Wire.Security;

namespace Swarm.Hosts.Nodes;

/// <summary>A host of the cluster: a machine with a disk, an address, and swarmd on it.</summary>
public sealed class SwarmHost
{
    public const int Port = 4000;
    private const string ReadyLine = "Ready in ";

    private readonly TestGround _ground;
    private readonly NetworkSwitch _network;
    private readonly Machine _machine;
    private readonly IReadOnlyList<string> _program;
    private Process? _daemon;
    private int _readyLines;

    internal SwarmHost(TestGround ground, NetworkSwitch network, int number, IReadOnlyList<string> program)
    {
        (_ground, _network, _program, Number) = (ground, network, program, number);
        _machine = new Machine(ground, Name);
        Directory.CreateDirectory(Folder);
    }

    /// <summary>From 1.</summary>
    public int Number { get; }

    public string Name => NameOf(Number);

    public string Address => _ground.Address(Number);

    public string Contact => $"{Address}:{Port}";

    /// <summary>The host's disk: what is here outlives its death.</summary>
    public string Folder => $"{_ground.Folder}/{Name}";

    public string DataRoot => $"{Folder}/data";

    /// <summary>The certificate of the tests themselves.</summary>
    public TlsFiles ClientTls => Certificates.Of(_ground, Certificates.Client);

    internal static string NameOf(int number) => $"host{number}";

    internal TlsFiles Tls => Certificates.Of(_ground, Name);

    public string LogFile => $"{Folder}/swarmd.log";

    public string SettingsFile => $"{Folder}/swarm.conf";

    public bool IsOn => _machine.IsOn;

    /// <summary>Whether its swarmd, or all of it, was stopped where it stands.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>How often its swarmd ended without being asked to, and was started again.</summary>
    public int Ends { get; private set; }

    /// <summary>The node's id; known from its first start on.</summary>
    public NodeId NodeId => new NodeStore($"{DataRoot}/node").Identify(
        () => throw new InvalidOperationException($"{Name} has not been started yet"));

    /// <summary>Processor time of everything that ran on this host.</summary>
    public TimeSpan ProcessorTime => _machine.ProcessorTime();

    /// <summary>Memory of swarmd that is resident, in MiB.</summary>
    public double ResidentMebibytes() => Mebibytes("VmRSS:");

    /// <summary>The most that was resident since <see cref="ForgetPeak"/>, in MiB.</summary>
    public double PeakMebibytes() => Mebibytes("VmHWM:");

    public void ForgetPeak() => File.WriteAllText($"/proc/{DaemonPid}/clear_refs", "5");

    /// <summary>The number of swarmd, as seen from outside the host; null while there is none.</summary>
    public int? DaemonPid => _daemon is { HasExited: false } ? ChildOf(_daemon.Id) : null;

    /// <summary>When swarmd last said this, as its log tells; null when it never did.</summary>
    public DateTimeOffset? LastSaid(string text)
    {
        if (!File.Exists(LogFile)) return null;
        var said = ReadLog().LastOrDefault(line => line.Contains(text, StringComparison.Ordinal));
        return said is null
            ? null
            : DateTimeOffset.Parse(said.Split(' ')[0], CultureInfo.InvariantCulture);
    }

    /// <summary>Puts the power on, and starts swarmd.</summary>
    public async Task StartAsync()
    {
        await PowerOnAsync();
        StartDaemon();
    }

    public async Task PowerOnAsync()
    {
        await _machine.StartAsync();
        await _network.LinkAsync(_machine, Number);
    }

    /// <summary>The host dies: nobody hears a last word of it.</summary>
    public async Task PowerOffAsync()
    {
        if (!IsOn) return;
        await _network.UnlinkAsync(Number);
        await _machine.PowerOffAsync();
        await DaemonEndedAsync();
    }

    /// <summary>Starts swarmd, without waiting until it is ready.</summary>
    public void StartDaemon()
    {
        _readyLines = CountReadyLines();
        var inside = _machine.Inside([.. _program, "--config", SettingsFile]);
        _daemon = Process.Start(new ProcessStartInfo(
            "bash",
            ["-c", $"exec \"$@\" >>{LogFile} 2>&1 </dev/null", "swarmd", inside.FileName, .. inside.ArgumentList]))!;
    }

    /// <summary>Waits until swarmd has said that it is ready. One that ends meanwhile is started again, unless
    /// it says that it never will be.</summary>
    public async Task ReadyAsync()
    {
        await Until.TrueAsync(
            () =>
            {
                if (_daemon is { HasExited: true, ExitCode: >= 2 and <= 4 })
                    throw new InvalidOperationException($"swarmd of {Name} ended with {_daemon.ExitCode}: {LogEnd()}");
                RestartDaemonIfEnded();
                return CountReadyLines() > _readyLines;
            },
            () => $"swarmd of {Name} is not ready: {LogEnd()}");
    }

    /// <summary>Starts swarmd again where it has ended by itself, as a service manager does.</summary>
    public void RestartDaemonIfEnded()
    {
        if (!IsOn || _daemon is not { HasExited: true }) return;
        Ends++;
        _daemon.Dispose();
        StartDaemon();
    }

    /// <summary>Ends swarmd alone, at once; its containers go on.</summary>
    public async Task KillDaemonAsync()
    {
        await SignalDaemonAsync("KILL");
        await DaemonEndedAsync();
    }

    /// <summary>Asks swarmd to stop.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopDaemonAsync()
    {
        await SignalDaemonAsync("TERM");
        return await DaemonEndedAsync();
    }

    /// <summary>Stops every thread of swarmd where it stands.</summary>
    public async Task FreezeDaemonAsync()
    {
        await SignalDaemonAsync("STOP");
        IsFrozen = true;
    }

    /// <summary>Stops all of it where it stands: swarmd, containers and what watches over them.</summary>
    public async Task FreezeAsync()
    {
        await SignalAllAsync("STOP");
        IsFrozen = true;
    }

    /// <summary>Lets what was stopped go on.</summary>
    /// <remarks>nsenter stops itself when it finds that what it waits for is stopped, so once is not enough.</remarks>
    public async Task ThawAsync()
    {
        await Until.TrueAsync(
            async () =>
            {
                await SignalAllAsync("CONT");
                return !_machine.Processes().Any(Machine.IsStopped);
            },
            () => $"some processes of {Name} are stopped still");
        await SignalAllAsync("CONT");
        IsFrozen = false;
    }

    /// <summary>The images of this host, as its swarmd has them.</summary>
    public ImageClient Images() => new($"{_machine.Root}/run/swarm/swarm.sock");

    /// <summary>Runs a program on this host, and waits for its end.</summary>
    /// <returns>What it wrote.</returns>
    public Task<string> RunAsync(params string[] command) => _machine.RunAsync(command);

    /// <summary>Starts a program on this host that is left running.</summary>
    public Process Launch(params string[] command) => Process.Start(_machine.Inside(command))!;

    /// <summary>The containers that live on this host: looked up by their processes, without asking swarmd.</summary>
    public IReadOnlyList<LivingContainer> Containers() => !IsOn ? []
        :
        [
            .. Directory.EnumerateDirectories(_machine.Group("pids"), "swarm-*")
                .SelectMany(Directory.EnumerateDirectories)
                .Select(folder => LivingContainer.Find(Name, folder))
                .OfType<LivingContainer>(),
        ];

    /// <summary>Kills what runs in a container, as a crash of its program.</summary>
    public static async Task KillContainerAsync(LivingContainer container) =>
        await Command.RunAsync("kill", "-KILL", $"{container.Pid}");

    /// <summary>What of containers is on this host besides their processes: each with its kind.</summary>
    public IReadOnlyList<string> Traces()
    {
        if (DaemonPid is not { } pid) return [];
        string[] mounts;
        try
        {
            mounts = File.ReadAllLines($"/proc/{pid}/mountinfo");
        }
        catch (IOException)
        {
            return ["swarmd, which ends"]; // it is started again, and looked at then
        }

        return
        [
            .. mounts.Where(line => line.Contains(" - overlay ", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[4])
                .Where(path => path.StartsWith(DataRoot, StringComparison.Ordinal)).Select(path => $"root {path}"),
            .. Names($"/proc/{pid}/root/run/swarm/state/netns", Directory.EnumerateFiles)
                .Select(name => $"network {name}"),
            .. Names($"{DataRoot}/containers", Directory.EnumerateDirectories).Select(name => $"folder {name}"),
            .. Directory.EnumerateDirectories(_machine.Group("pids"), "swarm-*")
                .SelectMany(Directory.EnumerateDirectories).Select(name => $"cgroup {Path.GetFileName(name)}"),
        ];
    }

    /// <summary>The last lines of swarmd's log.</summary>
    public string LogEnd(int lines = 40) =>
        File.Exists(LogFile) ? string.Join('\n', ReadLog().TakeLast(lines)) : "no log";

    /// <summary>All that swarmd has written, of every start.</summary>
    public string[] ReadLog()
    {
        using var file = new FileStream(LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd().Split('\n');
    }

    private double Mebibytes(string field)
    {
        var line = File.ReadLines($"/proc/{DaemonPid}/status")
            .First(text => text.StartsWith(field, StringComparison.Ordinal));
        return double.Parse(
            line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }

    private int CountReadyLines() =>
        File.Exists(LogFile) ? ReadLog().Count(line => line.Contains(ReadyLine, StringComparison.Ordinal)) : 0;

    private async Task SignalDaemonAsync(string signal) => await Command.RunAsync(
        "kill", $"-{signal}", $"{DaemonPid ?? throw new InvalidOperationException($"no swarmd on {Name}")}");

    // Some may have ended meanwhile.
    private Task<string> SignalAllAsync(string signal) => Command.RunAsync(
        "bash",
        ["-c", "kill -$0 $@ 2>/dev/null || true", signal, .. _machine.Processes().Select(pid => $"{pid}")]);

    private async Task<int> DaemonEndedAsync()
    {
        if (_daemon is null) return 0;
        await _daemon.WaitForExitAsync().WaitAsync(Until.Patience);
        var code = _daemon.ExitCode;
        _daemon.Dispose();
        (_daemon, IsFrozen) = (null, false);
        return code;
    }

    /// <summary>nsenter, which enters the namespace of processes, waits for the program outside of it.</summary>
    private static int? ChildOf(int pid)
    {
        try
        {
            var children = File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ');
            return children[0].Length > 0 ? int.Parse(children[0], CultureInfo.InvariantCulture) : null;
        }
        catch (IOException)
        {
            return null; // it ends
        }
    }

    private static IEnumerable<string> Names(string folder, Func<string, IEnumerable<string>> list) =>
        Directory.Exists(folder) ? list(folder).Select(path => Path.GetFileName(path)) : [];
}
