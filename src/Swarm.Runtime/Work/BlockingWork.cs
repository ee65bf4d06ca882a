using Swarm.Linux.Threads;

namespace Swarm.Runtime.Work;

/// <summary>
/// Threads of its own for work that blocks in the kernel, so that the shared pool never waits for it.
/// </summary>
/// <remarks>What is awaited in such work goes on on these threads too. Where all of them hang, as at a file system that
/// does not answer, others are added one by one, and end when they are not needed any more.</remarks>
internal sealed class BlockingWork : TaskScheduler, IDisposable
{
    /// <summary>As long as something waits, and nothing was begun meanwhile, all threads hang.</summary>
    private static readonly TimeSpan HangAfter = TimeSpan.FromSeconds(2);

    /// <summary>What hangs in the kernel now will not end by more threads.</summary>
    private const int MostMore = 64;

    /// <summary>A thread that was added ends when nothing has come for so long: what is awaited in work comes back.
    /// </summary>
    private static readonly TimeSpan IdleFor = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);

    [ThreadStatic]
    private static BlockingWork? _ofThread;

    private readonly ThreadQueue<Task> _queue = new();
    private readonly Lock _lock = new();
    private readonly List<Thread> _threads = [];
    private readonly string _name;
    private readonly int _usual;
    private readonly ITimer _look;
    private long _begun;
    private long _begunBefore;
    private bool _looks;
    private int _closed;

    public BlockingWork(string name, int threads, TimeProvider time)
    {
        (_name, _usual) = (name, threads);
        _look = time.CreateTimer(_ => Look(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_lock)
        {
            for (var i = 0; i < threads; i++) AddThread();
        }
    }

    public override int MaximumConcurrencyLevel => _usual + MostMore;

    public Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellation) =>
        Task.Factory.StartNew(work, cancellation, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    public Task RunAsync(Func<Task> work, CancellationToken cancellation) =>
        Task.Factory.StartNew(work, cancellation, TaskCreationOptions.DenyChildAttach, this).Unwrap();

    /// <summary>Lets what is queued be done and the threads end; one that hangs ends with the process.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 1) return;
        _look.Dispose();
        _queue.Close();
        Thread[] threads;
        lock (_lock) threads = [.. _threads.Where(thread => thread != Thread.CurrentThread)];
        foreach (var thread in threads)
        {
            if (!thread.Join(EndPatience)) return;
        }
    }

    protected override IEnumerable<Task> GetScheduledTasks() => _queue.ToArray();

    protected override void QueueTask(Task task)
    {
        _queue.TryAdd(task);
        LookSoon();
    }

    /// <remarks>Only its own threads may block.</remarks>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        _ofThread == this && TryExecuteTask(task);

    private void LookSoon()
    {
        lock (_lock)
        {
            if (_looks || _closed == 1) return;
            (_looks, _begunBefore) = (true, Interlocked.Read(ref _begun));
            _look.Change(HangAfter, Timeout.InfiniteTimeSpan);
        }
    }

    private void Look()
    {
        lock (_lock)
        {
            _looks = false;
            if (_closed == 1 || _queue.Count == 0) return;
            if (Interlocked.Read(ref _begun) == _begunBefore && _threads.Count < _usual + MostMore) AddThread();
        }

        LookSoon();
    }

    private void AddThread()
    {
        var thread = new Thread(Loop) { Name = $"{_name} {_threads.Count}", IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    private void Loop()
    {
        _ofThread = this;
        while (true)
        {
            if (_queue.TryTake(IsMoreThanUsual() ? IdleFor : Timeout.InfiniteTimeSpan, out var task))
            {
                Interlocked.Increment(ref _begun);
                TryExecuteTask(task);
            }
            else if (_queue.IsOver || IsTooMany())
            {
                return;
            }
        }
    }

    private bool IsMoreThanUsual()
    {
        lock (_lock) return _threads.Count > _usual;
    }

    /// <summary>Whether there are more threads than usual, and nothing waits for one.</summary>
    private bool IsTooMany()
    {
        lock (_lock)
        {
            return _threads.Count > _usual && _queue.Count == 0 && _threads.Remove(Thread.CurrentThread);
        }
    }
}
