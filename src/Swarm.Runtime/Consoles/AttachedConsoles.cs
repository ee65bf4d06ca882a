using System.Net.Sockets;

namespace Swarm.Runtime.Consoles;

/// <summary>The sessions of one container.</summary>
internal sealed class AttachedConsoles
{
    private readonly Lock _lock = new();
    private readonly HashSet<AttachedConsole> _connected = [];
    private readonly HashSet<AttachedConsole> _waiting = [];
    private readonly List<Socket> _parked = [];
    private TaskCompletionSource? _run;

    /// <summary>Completes when the engine has seen the end of the run, at once where there is none.</summary>
    public Task RunOver
    {
        get
        {
            lock (_lock) return _run?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>Makes a session; the caller connects it, or it waits for the next start.</summary>
    public AttachedConsole Add(ConsoleStreams streams, ConsoleInput input)
    {
        var console = new AttachedConsole(streams, input, this);
        lock (_lock) _waiting.Add(console);
        return console;
    }

    /// <summary>Connects those that wait. Called while nothing else is done with the container.</summary>
    /// <param name="path">conmon's socket.</param>
    public async Task ConnectAsync(string path)
    {
        List<AttachedConsole> waiting;
        lock (_lock)
        {
            _run ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            waiting = [.. _waiting];
            _connected.UnionWith(_waiting);
            _waiting.Clear();
        }

        foreach (var console in waiting) await console.ConnectAsync(path);
    }

    /// <summary>The first process has ended: nobody who does not read shall keep conmon from telling so.</summary>
    public void LiftLimits()
    {
        foreach (var console in Connected()) console.LiftLimit();
    }

    /// <summary>The run is over.</summary>
    public void EndRun()
    {
        List<Socket> parked;
        lock (_lock)
        {
            _run?.TrySetResult();
            _run = null;
            parked = [.. _parked];
            _parked.Clear();
        }

        foreach (var socket in parked) socket.Dispose();
    }

    /// <summary>The container is no more.</summary>
    public void EndAll()
    {
        List<AttachedConsole> all;
        lock (_lock) all = [.. _waiting, .. _connected];
        foreach (var console in all) console.End();
        EndRun();
    }

    public void Forget(AttachedConsole console)
    {
        lock (_lock)
        {
            _waiting.Remove(console);
            _connected.Remove(console);
        }
    }

    /// <summary>Keeps a connection to the end of the run, without ever looking at what comes.</summary>
    /// <returns>Whether it is kept.</returns>
    public bool Park(Socket socket)
    {
        lock (_lock)
        {
            if (_run is null) return false;
            try
            {
                socket.Shutdown(SocketShutdown.Receive);
            }
            catch (SocketException)
            {
                return false; // conmon is gone
            }

            _parked.Add(socket);
            return true;
        }
    }

    private List<AttachedConsole> Connected()
    {
        lock (_lock) return [.. _connected];
    }
}
