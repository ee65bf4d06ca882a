using Swarm.Linux.Processes;

namespace Swarm.Runtime.Processes;

/// <summary>A conmon that is loaded, and waits to be told to make its container.</summary>
/// <remarks>It blocks in reading the pipe that <c>_OCI_STARTPIPE</c> names. One whose engine was killed meanwhile goes
/// on: so none is loaded while there is the configuration of an earlier run, without which crun refuses.</remarks>
internal sealed class PreparedMonitor(SpawnedProcess process, Pipe start, Pipe words, ProgramWaiting waiting)
    : IDisposable
{
    private bool _isOver;

    /// <summary>What is started first: it ends when the conmon that stays has begun.</summary>
    public SpawnedProcess Process => process;

    /// <summary>Whether it waits still: it may have been killed for want of memory.</summary>
    public bool IsAlive => ProcessIdentity.Of(process.Pid) is not null;

    /// <summary>Where conmon tells what came of it.</summary>
    public Pipe Words => words;

    /// <summary>Lets it make the container, of whose bundle all is written. The caller waits for
    /// <see cref="Process"/>.</summary>
    public void Tell()
    {
        _isOver = true;
        start.TryWrite((byte)'\n'); // one that has ended says why on the other pipe, or in its output
    }

    /// <summary>One that was not told ends.</summary>
    public void Dispose()
    {
        if (!_isOver) waiting.KillAlone(process);
        _isOver = true;
        start.Dispose();
        words.Dispose();
    }
}
