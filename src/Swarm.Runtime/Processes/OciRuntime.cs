using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core;
using Swarm.Linux.Processes;

namespace Swarm.Runtime.Processes;

/// <summary>crun, as far as it is called directly.</summary>
/// <remarks>https://github.com/containers/crun/blob/1.8.1/crun.1.md</remarks>
internal sealed class OciRuntime(EngineOptions options, EngineFolders folders, ProgramWaiting waiting)
{
    private const string StartFifo = "exec.fifo";

    /// <summary>Whether the container has been made and its first process waits to be started.</summary>
    /// <remarks>Who was killed in <see cref="Start"/> may have left the fifo of one that went on: that has become its
    /// program, and nobody would ever read there.</remarks>
    public bool IsWaiting(ContainerId id, ProcessIdentity first) =>
        File.Exists(Path.Join(folders.RuntimeState(id), StartFifo)) && IsRuntime(first.Pid);

    /// <summary>Lets the first process go on to its program.</summary>
    /// <remarks>
    /// What <c>crun start</c> does, without a process of its own; where that is not to be done, it is called.
    /// </remarks>
    public void Start(ContainerId id)
    {
        var fifo = Path.Join(folders.RuntimeState(id), StartFifo);
        if (Fifo.TryWrite(fifo, "x"))
        {
            File.Delete(fifo);
            return;
        }

        var (code, output) = Run(id, "start", id.Value);
        if (code != 0) throw RuntimeMessages.ToException(output, program: "");
    }

    /// <summary>
    /// Kills what is left of it and forgets it: processes, cgroup, state. Does nothing where nothing is.
    /// </summary>
    public void Delete(ContainerId id)
    {
        if (!Directory.Exists(folders.RuntimeState(id))) return;
        var (code, output) = Run(id, "delete", "-f", id.Value);
        if (code == 0 && !Directory.Exists(folders.RuntimeState(id))) return;
        throw new ContainerException(
            ContainerFault.Host, $"container {id.Short} could not be removed: {RuntimeMessages.Clean(output)}");
    }

    /// <summary>Forgets a container that has neither a process nor a cgroup any more.</summary>
    public void Forget(ContainerId id)
    {
        var state = folders.RuntimeState(id);
        if (Directory.Exists(state)) Directory.Delete(state, recursive: true);
    }

    /// <summary>Sets limits of what has been made.</summary>
    /// <param name="path">A file of the runtime specification's resources.</param>
    public void Update(ContainerId id, string path)
    {
        var (code, output) = Run(id, "update", "-r", path, id.Value);
        if (code == 0) return;
        throw new ContainerException(
            ContainerFault.Invalid, $"the limits of container {id.Short} could not be set: "
            + RuntimeMessages.Clean(output));
    }

    // By its name, which its own copies of itself have too; newer ones add to it.
    private bool IsRuntime(int pid)
    {
        try
        {
            var name = Path.GetFileName(options.CrunPath);
            return File.ReadAllText($"/proc/{pid}/comm").StartsWith(name, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // it has ended
        }
    }

    private (int Code, string Output) Run(ContainerId id, params ImmutableArray<string> arguments)
    {
        var output = Path.Join(folders.State, $"crun-{id.Short}.log");
        var process = Spawner.Start(new Spawn(options.CrunPath, ["--root", folders.RuntimeRoot, .. arguments])
        {
            Environment = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
            WorkingFolder = "/",
            OutputPath = output,
        });
        var code = waiting.Wait(process);
        var text = File.ReadAllText(output);
        File.Delete(output);
        return code is { } known ? (known, text) : throw new ContainerException(
            ContainerFault.Host, string.Create(
                CultureInfo.InvariantCulture,
                $"crun {arguments[0]} of container {id.Short} did not end within {waiting.Patience.TotalSeconds:0} s, "
                + $"and was killed: what it waited for does not answer"));
    }
}
