using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Linux.Processes;
using Swarm.Linux.Watching;

namespace Swarm.Runtime.Leases;

/// <summary>Keeps the leases of this host's containers where a process of its own sees them, which ends the containers
/// of a lease that has run out: also while this process is dead or stands still.</summary>
/// <remarks>
/// The process is the script <c>watchdog</c>, which says what is in the files. It is there only while there is
/// something to guard, outlives swarmd, and is taken over by the next one. Told in docs/failure.md.
/// </remarks>
/// <param name="cgroups">The folder in which each container has the cgroup that lists all its processes.</param>
/// <param name="time">Its timestamps count from the boot of the host, as <see cref="Linux.BootTime"/>.</param>
/// <param name="begin">Does work that nobody waits for.</param>
internal sealed partial class LeaseWatchdog(
    EngineFolders folders, string cgroups, DescriptorWatch watch, TimeProvider time, Action<Func<Task>> begin,
    ILogger logger) : IDisposable
{
    private const int Terminate = 15;
    private static readonly TimeSpan StartPause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StartAgainAfter = TimeSpan.FromSeconds(1);

    private readonly LeaseFiles _files = new(folders.Leases);
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly Lock _lock = new();
    private readonly HashSet<ContainerId> _guarded = [];
    private Dictionary<string, TimeSpan> _until = [];
    private FollowedProcess? _process;
    private bool _isClosed;

    private TimeSpan Now => time.GetElapsedTime(0, time.GetTimestamp());

    /// <summary>Takes over what an earlier engine left.</summary>
    /// <param name="running">The containers that run by a lease, each with its lease.</param>
    public async Task OpenAsync(
        IReadOnlyCollection<(ContainerId Container, string Lease)> running, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _files.Make();
            _until = _files.ReadLeases();
            _files.ReleaseAllBut(running.Select(one => one.Container));
            foreach (var (container, lease) in running)
            {
                _files.Guard(container, lease);
                _guarded.Add(container);
            }
        }

        if (_files.Acting() is { } left) Follow(left, child: null);
        if (running.Count == 0) EndIfIdle();
        else if (!await TryEnsureAsync(cancellation)) begin(StartAgainAsync);
    }

    /// <summary>Until when a lease holds, be it that an earlier engine kept it; null when there is none.</summary>
    public TimeSpan? UntilOf(string lease)
    {
        lock (_lock) return _until.TryGetValue(lease, out var until) ? until : null;
    }

    /// <returns>Whether it is kept, and counted by whoever ends its containers. Else it holds as before.</returns>
    public bool Extend(string lease, TimeSpan until)
    {
        lock (_lock)
        {
            if (_guarded.Count > 0 && _process is not { IsAlive: true }) return false;
            try
            {
                _files.Extend(lease, until);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                LogNotKept(lease, refused);
                return false;
            }

            _until[lease] = until;
            return true;
        }
    }

    /// <summary>Nothing runs by it any more.</summary>
    public void Forget(string lease)
    {
        lock (_lock)
        {
            _until.Remove(lease);
            _files.Forget(lease);
        }
    }

    /// <summary>From now on the container ends with its lease.</summary>
    /// <exception cref="ContainerException">The lease has run out, or nothing can guard it.</exception>
    public async Task GuardAsync(ContainerId container, string lease, CancellationToken cancellation)
    {
        ExpectHeld(lease);
        lock (_lock)
        {
            _guarded.Add(container);
            _files.Guard(container, lease);
        }

        await EnsureAsync(cancellation);
        ExpectHeld(lease);
    }

    /// <exception cref="ContainerException">The lease has run out.</exception>
    public void ExpectHeld(string lease)
    {
        if (UntilOf(lease) > Now) return;
        throw new ContainerException(ContainerFault.Host, $"the lease {lease} has run out: nothing is started by it");
    }

    /// <summary>The container has ended, or was not started.</summary>
    public void Release(ContainerId container)
    {
        lock (_lock)
        {
            if (!_guarded.Remove(container)) return;
            _files.Release(container);
            EndIfIdle();
        }
    }

    /// <summary>Lets go of the process, which goes on.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            _process?.Dispose();
            _process = null;
        }
    }

    private void EndIfIdle()
    {
        lock (_lock)
        {
            if (_guarded.Count > 0 || _process is not { } idle) return;
            _process = null;
            idle.Signal(Terminate);
        }
    }

    /// <summary>A process guards what there is, and has seen that this one owns it: so it does not end by
    /// itself.</summary>
    private async Task EnsureAsync(CancellationToken cancellation)
    {
        await _starting.WaitAsync(cancellation);
        try
        {
            if (_process is { IsAlive: true } there && await HasSeenAsync(there, cancellation)) return;
            var child = Spawner.Start(new Spawn(
                ContainerEngine.ShellPath, ["--noprofile", "--norc", _files.Script, _files.Folder, cgroups])
            {
                WorkingFolder = "/",
                OutputPath = _files.Log,
            });
            var started = Follow(new ProcessIdentity(child.Pid, 0), child);
            if (started is not null && await HasSeenAsync(started, cancellation))
            {
                LogStarted(child.Pid);
                return;
            }
        }
        finally
        {
            _starting.Release();
        }

        throw new ContainerException(
            ContainerFault.Host, $"no process guards the leases of containers: {_files.ReadLog()}");
    }

    private async Task<bool> HasSeenAsync(FollowedProcess process, CancellationToken cancellation)
    {
        for (var begun = time.GetTimestamp(); process.IsAlive;)
        {
            if (_files.HasSeen(process.Identity)) return true;
            if (time.GetElapsedTime(begun) > StartPatience) return false;
            await Task.Delay(StartPause, time, cancellation);
        }

        return false;
    }

    private FollowedProcess? Follow(ProcessIdentity process, SpawnedProcess? child)
    {
        var followed = FollowedProcess.Begin(watch, process, child, NoticeEnd);
        lock (_lock) _process = followed;
        return followed;
    }

    /// <remarks>On the watch's thread.</remarks>
    private void NoticeEnd(FollowedProcess ended)
    {
        lock (_lock)
        {
            if (_isClosed || !ReferenceEquals(ended, _process) || _guarded.Count == 0) return;
        }

        LogEnded(ended.Identity.Pid);
        begin(StartAgainAsync);
    }

    private async Task StartAgainAsync()
    {
        while (IsNeeded() && !await TryEnsureAsync(CancellationToken.None))
            await Task.Delay(StartAgainAfter, time, CancellationToken.None);
    }

    private async Task<bool> TryEnsureAsync(CancellationToken cancellation)
    {
        try
        {
            await EnsureAsync(cancellation);
            return true;
        }
        catch (Exception refused) when (refused is ContainerException or IOException)
        {
            LogNotStarted(refused);
            return false;
        }
    }

    private bool IsNeeded()
    {
        lock (_lock) return !_isClosed && _guarded.Count > 0;
    }

    [LoggerMessage(LogLevel.Information, "Process {Pid} ends containers whose lease runs out")]
    private partial void LogStarted(int pid);

    [LoggerMessage(LogLevel.Warning, "Process {Pid}, which ends containers whose lease runs out, has ended")]
    private partial void LogEnded(int pid);

    [LoggerMessage(LogLevel.Error,
        "No process ends containers whose lease runs out: leases are not renewed until there is one")]
    private partial void LogNotStarted(Exception cause);

    [LoggerMessage(LogLevel.Error, "That lease {Lease} was renewed could not be written: it holds as long as before")]
    private partial void LogNotKept(string lease, Exception cause);
}
