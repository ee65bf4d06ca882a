using Swarm.Linux.Threads;

namespace Swarm.Linux.Networking;

/// <summary>One thread that does all network work of a host, in order, in the network namespace it was given.</summary>
/// <remarks>
/// Network namespaces belong to threads, so such work must not be done on the pool. One thread is enough: the kernel
/// takes changes of its network one by one anyway.
/// </remarks>
public sealed class NetworkThread : IDisposable
{
    private const int MostWaiting = 4096;

    private readonly ThreadQueue<Action<LinuxException?>> _work = new(MostWaiting);
    private readonly Thread _thread;

    /// <param name="hostNamespace">File of the namespace to work in; null for that of the caller.</param>
    public NetworkThread(string name, string? hostNamespace)
    {
        _thread = new Thread(() => Work(hostNamespace)) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs it on the thread, after all that was asked for before.</summary>
    /// <exception cref="InvalidOperationException">4096 others are waiting, or the thread has ended.</exception>
    public Task<T> InvokeAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var taken = _work.TryAdd(refused => Run(work, result, refused, cancellation));
        return taken
            ? result.Task
            : throw new InvalidOperationException($"the network has {MostWaiting} requests waiting already");
    }

    /// <summary>Ends the thread after what was asked for.</summary>
    public void Dispose()
    {
        _work.Close();
        _thread.Join();
    }

    private void Work(string? hostNamespace)
    {
        LinuxException? refused = null;
        try
        {
            if (hostNamespace is not null) NetworkNamespace.Enter(hostNamespace);
        }
        catch (LinuxException cause)
        {
            refused = cause;
        }

        while (_work.TryTake(Timeout.InfiniteTimeSpan, out var item)) item(refused);
    }

    private static void Run<T>(
        Func<T> work, TaskCompletionSource<T> result, LinuxException? refused, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            result.SetCanceled(cancellation);
            return;
        }

        try
        {
            result.SetResult(refused is null ? work() : throw refused);
        }
#pragma warning disable CA1031 // Whatever went wrong belongs to whoever asked for the work; the thread goes on.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            result.SetException(cause);
        }
    }
}
