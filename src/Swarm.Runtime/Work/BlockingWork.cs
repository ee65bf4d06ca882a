using System.Collections.Concurrent;

namespace Swarm.Runtime.Work;

/// <summary>
/// A fixed number of threads for work that blocks in the kernel, so that the shared pool never waits for it.
/// </summary>
/// <remarks>What is awaited in such work goes on on these threads too.</remarks>
internal sealed class BlockingWork : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> _queue = [];
    private readonly Thread[] _threads;
    private int _closed;

    public BlockingWork(string name, int threads)
    {
        _threads = [.. Enumerable.Range(
            0, threads).Select(i => new Thread(Loop) { Name = $"{name} {i}", IsBackground = true })];
        foreach (var thread in _threads) thread.Start();
    }

    public override int MaximumConcurrencyLevel => _threads.Length;

    public Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellation) =>
        Task.Factory.StartNew(work, cancellation, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public Task RunAsync(Func<Task> work, CancellationToken cancellation) =>
        Task.Factory.StartNew(work, cancellation, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Lets what is queued be done and the threads end.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1) return;
        _queue.CompleteAdding();
        foreach (var thread in _threads)
        {
            if (thread != Thread.CurrentThread) thread.Join();
        }

        _queue.Dispose();
    }

    protected override IEnumerable<Task> GetScheduledTasks() => _queue;

    protected override void QueueTask(Task task) => _queue.Add(task);

    /// <remarks>Only its own threads may block.</remarks>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        Array.IndexOf(_threads, Thread.CurrentThread) >= 0 && TryExecuteTask(task);

    private void Loop()
    {
        foreach (var task in _queue.GetConsumingEnumerable()) TryExecuteTask(task);
    }
}
