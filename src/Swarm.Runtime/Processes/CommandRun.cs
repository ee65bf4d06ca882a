using System.Text;
using Swarm.Linux.Processes;
using Swarm.Linux.Watching;

namespace Swarm.Runtime.Processes;

/// <summary>One program run to its end, its output kept up to a limit. No thread waits for it.</summary>
internal sealed class CommandRun : IDisposable
{
    private const int OutputLimit = 4096;

    /// <summary>Who has lost what it waited for ends at once.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(1);

    private readonly Pipe _pipe = new();
    private readonly MemoryStream _output = new();
    private readonly TaskCompletionSource<int> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SpawnedProcess _process;
    private readonly ProcessHandle _handle;
    private readonly IDisposable _reading;
    private readonly IDisposable _ending;
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private ITimer? _patience;
    private bool _waited;
    private bool _disposed;

    public CommandRun(DescriptorWatch watch, Spawn spawn, TimeProvider time)
    {
        _time = time;
        _pipe.DoNotBlockReader();
        _process = Spawner.Start(spawn with { Output = _pipe.Writing });
        _pipe.Writing.Dispose();
        // A child that was not waited for keeps its pid, ended or not.
        _handle = ProcessHandle.OpenChildOrEnd(_process);
        _reading = watch.Watch(_pipe.Reading, Read);
        _ending = watch.WatchEnd(_handle, End);
    }

    public Task<int> Ended => _ended.Task;

    public string Output
    {
        get
        {
            lock (_lock) return Encoding.UTF8.GetString(_output.ToArray());
        }
    }

    /// <summary>Ends the program, and the one it started in the container: that one first, so that it is
    /// reaped.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            if (_waited || _patience is not null) return;
            if (_process.EndDescendants())
                _patience = _time.CreateTimer(_ => KillAll(), null, EndPatience, Timeout.InfiniteTimeSpan);
            else _process.EndWithDescendants();
        }
    }

    public void Dispose()
    {
        _patience?.Dispose();
        _reading.Dispose();
        _ending.Dispose();
        // What was called back in this very moment is over then, or reads no more.
        lock (_lock) _disposed = true;
        _handle.Dispose();
        _pipe.Dispose();
    }

    private void KillAll()
    {
        lock (_lock)
        {
            if (!_waited) _process.EndWithDescendants();
        }
    }

    private void Read()
    {
        lock (_lock)
        {
            if (_disposed) return;
            Span<byte> chunk = stackalloc byte[OutputLimit];
            var count = _pipe.ReadAvailable(chunk);
            if (count == 0) _reading?.Dispose();
            if (count > 0) _output.Write(chunk[..Math.Min(count, OutputLimit - (int)_output.Length)]);
        }
    }

    private void End()
    {
        lock (_lock)
        {
            if (_waited || _disposed) return;
            _waited = true;
            _ending?.Dispose();
            Span<byte> chunk = stackalloc byte[OutputLimit];
            while (_output.Length < OutputLimit)
            {
                var count = _pipe.ReadAvailable(chunk);
                if (count <= 0) break;
                _output.Write(chunk[..Math.Min(count, OutputLimit - (int)_output.Length)]);
            }

            _ended.TrySetResult(_process.Wait());
        }
    }
}
