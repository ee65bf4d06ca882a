using Swarm.Linux.Processes;
using Swarm.Linux.Watching;

namespace Swarm.Runtime.Leases;

/// <summary>A process that lives on without this one, and whose end is noticed while this one lives.</summary>
internal sealed class FollowedProcess : IDisposable
{
    private readonly ProcessHandle _handle;
    private readonly SpawnedProcess? _child;
    private readonly Action<FollowedProcess> _onEnd;
    private readonly Lock _lock = new();
    private IDisposable? _watching;
    private bool _isOver;

    private FollowedProcess(
        ProcessHandle handle, ProcessIdentity identity, SpawnedProcess? child, Action<FollowedProcess> onEnd) =>
        (_handle, Identity, _child, _onEnd) = (handle, identity, child, onEnd);

    public ProcessIdentity Identity { get; }

    public bool IsAlive => Identity.IsAlive;

    /// <param name="child">Where it is one of this process, and so to be waited for.</param>
    /// <param name="onEnd">Called on the thread of the watch.</param>
    /// <returns>Null when it has ended.</returns>
    public static FollowedProcess? Begin(
        DescriptorWatch watch, ProcessIdentity process, SpawnedProcess? child, Action<FollowedProcess> onEnd)
    {
        var handle = child is null ? ProcessHandle.Open(process) : ProcessHandle.OpenChildOrEnd(child);
        if (handle is null) return null;
        try
        {
            // A child keeps its pid until it is waited for, ended or not.
            var identity = child is null ? process : ProcessIdentity.Of(child.Pid) ?? default;
            var followed = new FollowedProcess(handle, identity, child, onEnd);
            lock (followed._lock) followed._watching = watch.WatchEnd(handle, followed.NoticeEnd);
            return followed;
        }
        catch
        {
            handle.Dispose();
            child?.EndWithDescendants();
            child?.Wait();
            throw;
        }
    }

    /// <summary>Sends it a signal, unless it has ended.</summary>
    public void Signal(int signal)
    {
        lock (_lock)
        {
            if (!_isOver) _handle.Signal(signal);
        }
    }

    /// <summary>Lets it go on.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_isOver) return;
            _isOver = true;
            _watching?.Dispose();
            _handle.Dispose();
        }
    }

    private void NoticeEnd()
    {
        lock (_lock)
        {
            if (_isOver) return;
            _isOver = true;
            _watching?.Dispose();
            _child?.Wait();
            _handle.Dispose();
        }

        _onEnd(this);
    }
}
