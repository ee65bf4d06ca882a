using System.Buffers;
using System.Text;
using Swarm.Linux;
using Swarm.Linux.Processes;
using Swarm.Linux.Watching;

namespace Swarm.Runtime.Processes;

/// <summary>Waits, on the engine's own threads, for what it has started, and no longer than that may take.</summary>
/// <param name="patience">What takes longer hangs: it waits for a file system or a device that does not answer.</param>
internal sealed class ProgramWaiting(DescriptorWatch watch, TimeSpan patience, TimeProvider time)
{
    /// <summary>A killed program ends at once, unless it waits for the kernel.</summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(5);

    private const int ChunkBytes = 512;

    public TimeSpan Patience => patience;

    /// <summary>Blocks until a program ends.</summary>
    /// <returns>Its exit code; null where it took too long: then it was killed, with all that it had started.</returns>
    public int? Wait(SpawnedProcess process)
    {
        using var handle = Hold(process);
        if (handle is null) return process.Wait();
        var ended = NewSignal<bool>();
        using var watching = watch.WatchEnd(handle, () => ended.TrySetResult(true));
        if (HasCome(ended.Task, patience)) return process.Wait();
        Kill(process, ended.Task);
        return null;
    }

    /// <summary>Kills a program that was not waited for, with all that it had started.</summary>
    public void Kill(SpawnedProcess process)
    {
        using var handle = Hold(process);
        if (handle is null)
        {
            process.EndWithDescendants();
            process.Wait();
            return;
        }

        var ended = NewSignal<bool>();
        using var watching = watch.WatchEnd(handle, () => ended.TrySetResult(true));
        Kill(process, ended.Task);
    }

    /// <summary>Kills a program that has started nothing.</summary>
    /// <remarks>By one call: stopped first, as those are that may have, it would stay so if this process ended in
    /// between.</remarks>
    public void KillAlone(SpawnedProcess process)
    {
        process.End();
        Kill(process);
    }

    /// <summary>Blocks for one line of a pipe.</summary>
    /// <returns>Whether it came in time; the line without its end, or what came before the other side closed; null when
    /// nothing came.</returns>
    public (bool InTime, string? Line) ReadLine(Pipe pipe)
    {
        pipe.DoNotBlockReader();
        var line = new LineReading(pipe);
        using var reading = watch.Watch(pipe.Reading, line.Read);
        if (HasCome(line.Whole, patience)) return (true, line.Whole.Result);
        line.GiveUp();
        return (false, null);
    }

    /// <remarks>Nobody else would reap it.</remarks>
    /// <returns>Null when out of descriptors: then it is waited for as long as it takes.</returns>
    private static ProcessHandle? Hold(SpawnedProcess process)
    {
        try
        {
            return ProcessHandle.OpenChild(process);
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    private void Kill(SpawnedProcess process, Task ended)
    {
        process.EndWithDescendants();
        if (HasCome(ended, KillPatience)) process.Wait();
        else process.Abandon();
    }

    private bool HasCome(Task awaited, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within, time);
        try
        {
            awaited.Wait(deadline.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return awaited.IsCompletedSuccessfully;
        }
    }

    private static TaskCompletionSource<T> NewSignal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A line, as it comes. Read on the watch's thread.</summary>
    private sealed class LineReading(Pipe pipe)
    {
        private readonly Lock _lock = new();
        private readonly ArrayBufferWriter<byte> _line = new();
        private readonly TaskCompletionSource<string?> _whole = NewSignal<string?>();

        public Task<string?> Whole => _whole.Task;

        public void Read()
        {
            lock (_lock)
            {
                if (_whole.Task.IsCompleted) return;
                Span<byte> chunk = stackalloc byte[ChunkBytes];
                var count = pipe.ReadAvailable(chunk);
                if (count < 0) return;
                var end = chunk[..count].IndexOf((byte)'\n');
                _line.Write(chunk[..(end < 0 ? count : end)]);
                if (count > 0 && end < 0) return;
                _whole.SetResult(
                    count == 0 && _line.WrittenCount == 0 ? null : Encoding.UTF8.GetString(_line.WrittenSpan));
            }
        }

        /// <summary>Nothing is read any more: the pipe may be closed.</summary>
        public void GiveUp()
        {
            lock (_lock) _whole.TrySetResult(null);
        }
    }
}
