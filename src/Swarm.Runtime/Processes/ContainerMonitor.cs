using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Linux;
using Swarm.Linux.Processes;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Logs;
using Swarm.Runtime.Records;

namespace Swarm.Runtime.Processes;

/// <summary>
/// Makes a container by way of conmon, which stays beside it, writes its log and keeps its exit code.
/// </summary>
/// <remarks>https://github.com/containers/conmon ; the words on the pipe are read in its sources only.</remarks>
internal sealed class ContainerMonitor(EngineOptions options, EngineFolders folders, ProgramWaiting waiting)
{
    /// <summary>A file that conmon ends by itself is this large at least: it takes longer to be written than the
    /// engine takes to hold it. Smaller ones are ended by the engine.</summary>
    private const long LeastLogBytes = 8 * 1024 * 1024;

    /// <summary>Starts one for a container, up to where it waits to be told.</summary>
    /// <remarks>Makes the folders of its bundle and its log.</remarks>
    /// <exception cref="ContainerException">Its log or its score is beyond bounds.</exception>
    /// <exception cref="LinuxException">It cannot be started.</exception>
    public PreparedMonitor Prepare(ContainerRecord record, LogFolder log)
    {
        var (id, name, spec) = (record.Id, record.Definition.Name, record.Definition.Spec);
        LogBounds.Of(spec, options).Check();
        var score = ProcessLimits.Score(spec.OutOfMemoryScore, record.Users is not null);
        var bundle = Directory.CreateDirectory(folders.Bundle(id)).FullName;
        log.Make();
        var start = new Pipe();
        Pipe? words = null;
        try
        {
            words = new Pipe();
            var arguments = Arguments(id, name, spec, bundle, log.CurrentPath);
            var process = Spawner.Start(new Spawn(options.ConmonPath, arguments)
            {
                Environment = ["_OCI_SYNCPIPE=3", "_OCI_STARTPIPE=4", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
                WorkingFolder = bundle,
                OutputPath = OutputOf(bundle),
                Third = words.Writing,
                Fourth = start.Reading,
                // crun passes over a score of 0, and the engine's own is one of a service.
                OutOfMemoryScore = score == 0 ? ProcessLimits.ScoreToSpawnWith(0) : null,
            });
            // Only conmon shall hold these ends, or its death would not be seen.
            words.Writing.Dispose();
            start.Reading.Dispose();
            return new PreparedMonitor(process, start, words, waiting);
        }
        catch
        {
            start.Dispose();
            words?.Dispose();
            throw;
        }
    }

    /// <param name="program">What runs in it, for people.</param>
    /// <returns>The container's first process, which waits to be started, and its conmon.</returns>
    /// <exception cref="ContainerException">crun refused, in words for the user; or it hangs: whoever undoes what was
    /// made ends it, and its conmon.</exception>
    public (ProcessIdentity First, ProcessIdentity Monitor) Create(
        PreparedMonitor prepared, ContainerId id, ContainerSpec spec, string program)
    {
        var bundle = folders.Bundle(id);
        prepared.Tell();
        if (waiting.Wait(prepared.Process) is null) throw Late(id);
        var (isInTime, answer) = waiting.ReadLine(prepared.Words);
        if (!isInTime) throw Late(id);
        var files = spec.Ulimits.LastOrDefault(limit => limit.Name == "nofile")?.Soft;
        var pid = ParseAnswer(answer, OutputOf(bundle), program, files);
        var monitorPid = int.Parse(File.ReadAllText(PidFileOf(bundle)), CultureInfo.InvariantCulture);
        return (
            ProcessIdentity.Of(pid)
                ?? throw new ContainerException(ContainerFault.Host, $"container {id.Short} ended while it was made"),
            ProcessIdentity.Of(monitorPid) ?? default);
    }

    private static string OutputOf(string bundle) => Path.Join(bundle, "conmon.log");

    private static string PidFileOf(string bundle) => Path.Join(bundle, "conmon.pid");

    private ImmutableArray<string> Arguments(
        ContainerId id, string name, ContainerSpec spec, string bundle, string logPath) =>
    [
        "--api-version", "1",
        "-c", id.Value, "-u", id.Value, "-n", name,
        "-r", options.CrunPath, "--runtime-arg", "--root=" + folders.RuntimeRoot,
        "-b", bundle,
        "-p", Path.Join(bundle, "pid"), "-P", PidFileOf(bundle),
        .. LogArguments(id, name, spec, logPath), "--no-sync-log",
        "--exit-dir", folders.Exits,
        "--full-attach", "--log-level", "warning",
        .. spec.Tty ? ["-t"] : (string[])[],
        .. spec.OpenStdin ? ["-i"] : (string[])[],
        // Else conmon ends the container's input with the first connection that ends.
        .. spec.OpenStdin && !ConsoleInput.Of(spec).EndsWithSession ? ["--leave-stdin-open"] : (string[])[],
    ];

    private string[] LogArguments(ContainerId id, string name, ContainerSpec spec, string logPath)
    {
        var bounds = LogBounds.Of(spec, options);
        if (!bounds.HasFile) return ["-l", "none"];
        string[] file =
        [
            "-l", "k8s-file:" + logPath,
            "--log-size-max", Math.Max(LeastLogBytes, bounds.MaxBytes).ToString(CultureInfo.InvariantCulture),
        ];
        if (!bounds.HasJournal) return file;
        // The file beside it is what can be read.
        return spec.Log!.Tag is { Length: > 0 } tag
            ? [.. file, "-l", "journald", "--log-tag", LogTag.Of(tag, id, name, spec.Image)]
            : [.. file, "-l", "journald"];
    }

    private ContainerException Late(ContainerId id) => new(
        ContainerFault.Host, string.Create(
            CultureInfo.InvariantCulture,
            $"crun did not make container {id.Short} within {waiting.Patience.TotalSeconds:0} s, and is ended: what it "
            + $"waits for, as a file system to be mounted, does not answer"));

    private static int ParseAnswer(string? answer, string output, string program, long? files)
    {
        if (string.IsNullOrEmpty(answer))
        {
            var said = File.Exists(output) ? File.ReadAllText(output).Trim() : "";
            throw new ContainerException(ContainerFault.Host, $"conmon ended before it made the container: {said}");
        }

        using var json = JsonDocument.Parse(answer);
        var pid = json.RootElement.GetProperty("data").GetInt32();
        if (pid > 0) return pid;
        var message = json.RootElement.TryGetProperty("message", out var text) ? text.GetString() ?? "" : "";
        throw RuntimeMessages.ToException(message, program, files);
    }
}
