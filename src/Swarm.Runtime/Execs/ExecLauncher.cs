using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Swarm.Core.Containers;
using Swarm.Linux;
using Swarm.Linux.Processes;
using Swarm.Linux.Rooted;
using Swarm.Linux.Terminals;
using Swarm.Linux.Watching;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Processes;
using Swarm.Runtime.Records;
using Swarm.Runtime.Users;

namespace Swarm.Runtime.Execs;

/// <summary>Starts programs in containers by a crun of their own, with pipes or a terminal of the engine's.</summary>
/// <remarks>
/// Without a conmon in between: its log and its exit code would outlive the engine, but nobody who was attached does,
/// and it costs another two processes. What was started goes on when the engine ends, since crun waits for it.
/// </remarks>
internal sealed class ExecLauncher(
    EngineOptions options, EngineFolders folders, DescriptorWatch watch, ProgramWaiting waiting, TimeProvider time)
{
    /// <summary>crun sends the terminal before it tells the pid.</summary>
    private static readonly TimeSpan TerminalPatience = TimeSpan.FromSeconds(10);

    private const string ProcessFile = "process.json";

    private readonly ulong _bounding = OwnCapabilities.ReadBounding();

    /// <summary>Starts it.</summary>
    /// <param name="isAttached">Or its streams are discarded.</param>
    /// <exception cref="ContainerException">What it asks for is not in the container.</exception>
    public async Task<(RunningExec Running, int Pid)> StartAsync(
        string exec, ContainerRecord record, ExecDefinition definition, bool isHomeGiven, bool isAttached,
        ConsoleSize? size)
    {
        var folder = Directory.CreateDirectory(folders.Exec(exec)).FullName;
        try
        {
            var process = Write(folder, record, definition, isHomeGiven, size);
            return definition.Tty
                ? await StartWithTerminalAsync(folder, record, process, size)
                : await StartWithPipesAsync(
                    folder, record, process, isAttached ? definition.Streams : new(false, false, false));
        }
        finally
        {
            // crun has read it, and said what it had to say.
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>What runs a command, with the streams that its caller gives it; crun tells its errors there, too.
    /// </summary>
    /// <param name="folder">For what crun reads. It is to be removed when the command has ended.</param>
    /// <exception cref="ContainerException">The container does not run.</exception>
    public Spawn Command(
        string folder, ContainerRecord record, ImmutableArray<string> arguments, bool isHomeGiven)
    {
        var process = Write(folder, record, new ExecDefinition(arguments), isHomeGiven, size: null);
        return Crun(process, ["exec", "--process", Path.Join(folder, ProcessFile), record.Id.Value]);
    }

    private JsonObject Write(
        string folder, ContainerRecord record, ExecDefinition definition, bool isHomeGiven, ConsoleSize? size)
    {
        var process = Process(record, definition, isHomeGiven, size);
        File.WriteAllText(Path.Join(folder, ProcessFile), process.ToJsonString());
        return process;
    }

    /// <remarks>crun gives what it starts so the limits of the process object, but not its score.</remarks>
    private Spawn Crun(JsonObject process, ImmutableArray<string> arguments) =>
        new(options.CrunPath, ["--root", folders.RuntimeRoot, .. arguments])
        {
            Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            WorkingFolder = "/",
            OutOfMemoryScore = ExecProcess.ScoreOf(process) is { } score
                ? ProcessLimits.ScoreToSpawnWith(score)
                : null,
        };

    private JsonObject Process(
        ContainerRecord record, ExecDefinition definition, bool isHomeGiven, ConsoleSize? size)
    {
        var own = ExecProcess.OwnOf(folders.Bundle(record.Id)) ?? throw new ContainerException(
            ContainerFault.WrongPhase, $"container {record.Id.Short} is not running");
        var (bounding, _) = Capabilities.Choose([], [], privileged: true, _bounding);
        ContainerUser? user = null;
        if (definition.User is { Length: > 0 } wanted)
        {
            using var root = new RootedFolder(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{record.First.Pid}/root"));
            var groups = root.ReadText("/etc/group");
            user = ContainerUser.Find(wanted, root.ReadText("/etc/passwd"), groups)
                .WithGroups(record.Definition.Spec.Groups, groups);
        }

        return ExecProcess.Write(
            own, definition, user, isHomeGiven, size, bounding);
    }

    private async Task<(RunningExec Running, int Pid)> StartWithPipesAsync(
        string folder, ContainerRecord record, JsonObject started, ConsoleStreams streams)
    {
        using var input = streams.Input ? new Pipe() : null;
        using var output = streams.Output ? new Pipe() : null;
        using var error = streams.Error ? new Pipe() : null;
        using var nothing = output is null || error is null ? Pipe.OpenNull() : null;
        using var pid = new Pipe();
        var process = Spawner.Start(Crun(started, Arguments(folder, record, [])) with
        {
            Input = input?.Reading,
            Output = output?.Writing ?? nothing,
            Error = error?.Writing ?? nothing,
            Third = pid.Writing,
        });
        return await FollowAsync(folder, started, process, pid, () => Task.FromResult(new ExecStreams(
            input?.TakeWriting(), output?.TakeReading(), error?.TakeReading(), null)));
    }

    private async Task<(RunningExec Running, int Pid)> StartWithTerminalAsync(
        string folder, ContainerRecord record, JsonObject started, ConsoleSize? size)
    {
        var path = Path.Join(folder, "tty");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        using var pid = new Pipe();
        var process = Spawner.Start(
            Crun(started, Arguments(folder, record, ["--console-socket", path])) with { Third = pid.Writing });
        return await FollowAsync(folder, started, process, pid, async () =>
        {
            var terminal = await ReceiveAsync(listener);
            if (size is not null) Terminal.Resize(terminal, size.Rows, size.Columns);
            return new ExecStreams(null, terminal, null, terminal);
        });
    }

    /// <summary>Waits for the program to be started, or for crun's word why it cannot.</summary>
    private async Task<(RunningExec Running, int Pid)> FollowAsync(
        string folder, JsonObject started, SpawnedProcess process, Pipe pid, Func<Task<ExecStreams>> open)
    {
        pid.Writing.Dispose();
        string text;
        ExecStreams streams;
        try
        {
            text = await ReadPidAsync(pid);
            if (text.Length == 0) throw Refusal(folder, started, process);
            streams = await open();
        }
        catch (Exception hanging) when (hanging is OperationCanceledException or SocketException)
        {
            waiting.Kill(process);
            throw new ContainerException(
                ContainerFault.Host, string.Create(
                    CultureInfo.InvariantCulture,
                    $"crun did not start \"{ExecProcess.ProgramOf(started)}\" within "
                    + $"{waiting.Patience.TotalSeconds:0} s, and was killed"));
        }

        return (new RunningExec(watch, process, streams, time), int.Parse(text, CultureInfo.InvariantCulture));
    }

    private ContainerException Refusal(string folder, JsonObject started, SpawnedProcess process)
    {
        waiting.Wait(process);
        var log = Path.Join(folder, "log");
        return RuntimeMessages.ToException(
            File.Exists(log) ? File.ReadAllText(log) : "", ExecProcess.ProgramOf(started),
            ExecProcess.FilesOf(started));
    }

    private async Task<string> ReadPidAsync(Pipe pid)
    {
        using var stream = new DescriptorStream(watch, pid.TakeReading());
        using var patience = new CancellationTokenSource(waiting.Patience, time);
        var digits = new byte[32];
        // Written at once; it is not closed before the program has ended.
        return Encoding.ASCII.GetString(digits, 0, await stream.ReadAsync(digits, patience.Token)).Trim();
    }

    private async Task<FileDescriptor> ReceiveAsync(Socket listener)
    {
        using var patience = new CancellationTokenSource(TerminalPatience, time);
        using var connection = await listener.AcceptAsync(patience.Token);
        await connection.ReceiveAsync(Memory<byte>.Empty, patience.Token);
        return Terminal.Receive(connection.SafeHandle)
            ?? throw new OperationCanceledException("crun sent no terminal");
    }

    private static ImmutableArray<string> Arguments(
        string folder, ContainerRecord record, ImmutableArray<string> more) =>
    [
        "--log=file:" + Path.Join(folder, "log"),
        "exec",
        "--process", Path.Join(folder, ProcessFile),
        "--pid-file", "/proc/self/fd/3",
        .. more,
        record.Id.Value,
    ];
}
