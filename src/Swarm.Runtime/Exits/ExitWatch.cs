using System.Collections.Concurrent;
using Swarm.Core;
using Swarm.Linux.Processes;
using Swarm.Linux.Watching;

namespace Swarm.Runtime.Exits;

/// <summary>
/// Notices that a container has ended: by its exit file, or by the death of its first process and its conmon.
/// </summary>
/// <remarks>
/// conmon writes the exit file within milliseconds of the end. Only where conmon was killed is there none; so when the
/// first process has ended its conmon is watched, and when that has ended too there is nothing more to wait for.
/// </remarks>
internal sealed class ExitWatch : IDisposable
{
    private readonly DescriptorWatch _watch;
    private readonly ArrivalWatch _files;
    private readonly Action<ContainerId> _onFirstEnd;
    private readonly Action<ContainerId> _onEnd;
    private readonly Action<Action> _later;
    private readonly ConcurrentDictionary<ContainerId, Followed> _followed = new();

    /// <param name="onFirstEnd">The first process has ended, of which its conmon may have to tell still.</param>
    /// <param name="onEnd">May come more than once for one end. Called on the watch's thread.</param>
    /// <param name="onLost">Notices were lost: every container is to be looked at.</param>
    /// <param name="later">Does in a while, on another thread, what is refused for now.</param>
    public ExitWatch(
        DescriptorWatch watch, string folder, Action<ContainerId> onFirstEnd, Action<ContainerId> onEnd, Action onLost,
        Action<Action> later)
    {
        (_watch, _onFirstEnd, _onEnd, _later) = (watch, onFirstEnd, onEnd, later);
        _files = new ArrivalWatch(watch, onLost);
        _files.Add(folder, Arrival.Whole, name => onEnd(new ContainerId(name)));
    }

    public void Follow(ContainerId id, ProcessIdentity first, ProcessIdentity monitor)
    {
        Forget(id);
        var followed = new Followed(this, id, monitor);
        _followed[id] = followed;
        followed.Begin(first);
    }

    public void Forget(ContainerId id)
    {
        if (_followed.TryRemove(id, out var followed)) followed.Dispose();
    }

    public void Dispose()
    {
        _files.Dispose();
        foreach (var id in _followed.Keys) Forget(id);
    }

    private sealed class Followed(ExitWatch owner, ContainerId id, ProcessIdentity monitor) : IDisposable
    {
        private readonly Lock _lock = new();
        private ProcessHandle? _handle;
        private IDisposable? _registration;
        private bool _disposed;

        public void Begin(ProcessIdentity first) => Watch(first, FirstEnded);

        public void Dispose()
        {
            lock (_lock)
            {
                _disposed = true;
                Release();
            }
        }

        private void FirstEnded()
        {
            owner._onFirstEnd(id);
            Watch(monitor, Finish);
        }

        private void Finish()
        {
            lock (_lock) Release();
            owner._onEnd(id);
        }

        private void Watch(ProcessIdentity process, Action onEnd)
        {
            try
            {
                if (!HasEnded(process, onEnd)) return;
            }
            catch (IOException)
            {
                // Out of descriptors. On the thread of the watch nobody would catch it.
                owner._later(() => Watch(process, onEnd));
                return;
            }

            onEnd();
        }

        /// <returns>False where its end will be told, or nobody asks for it any more.</returns>
        private bool HasEnded(ProcessIdentity process, Action onEnd)
        {
            lock (_lock)
            {
                if (_disposed) return false;
                Release();
                _handle = ProcessHandle.Open(process);
                if (_handle is not { } handle) return true;
                _registration = owner._watch.WatchEnd(handle, onEnd);
                return false;
            }
        }

        private void Release()
        {
            _registration?.Dispose();
            _handle?.Dispose();
            (_registration, _handle) = (null, null);
        }
    }
}
