namespace Swarm.Images.Tests.Collecting;

/// <summary>What a process that died does no more.</summary>
internal sealed class ProcessDiedException() : Exception("the process has died");

/// <summary>Decides by a seed which actor goes on, one at a time: at each step of the store, and at each place where
/// work goes on that waited.</summary>
/// <remarks>
/// Actors run on threads, and all of them but one wait for their turn. What the framework does on threads of its pool,
/// as for files, has ended before the next turn is given; the store itself does nothing there. So a seed tells the same
/// story again, however busy the machine is.
/// </remarks>
internal sealed class Turns : TaskScheduler, IStoreWatch, IDisposable
{
    private static readonly AsyncLocal<Actor?> Acting = new();

    // How often of 100 times who has the turn goes on: much is only seen where one is interrupted once, for long.
    private static readonly int[] Stays = [50, 80, 90, 95, 98];

    private readonly Lock _lock = new();
    private readonly List<Turn> _ready = [];
    private readonly Stack<Worker> _idle = [];
    private readonly List<Worker> _workers = [];
    private readonly PoolQuiet _quiet = new();
    private readonly ManualResetEventSlim _ended = new();
    private readonly Random _draws;
    private readonly int _stays;
    private readonly TextWriter? _trace;
    private readonly Actor _none = new(0, new Random(0));
    private long _number;
    private long _writes;
    private int _last;

    public Turns(int seed, TextWriter? trace) => (_draws, _trace, _stays) =
        (new Random(seed), trace, Stays[(uint)seed % Stays.Length]);

    /// <summary>Who acts on this thread; null for who is no part of it.</summary>
    public static Actor? Now => Acting.Value;

    /// <summary>Before which change of the disk the process dies, from the first of this one on; 0 for none.</summary>
    public long DiesAt { get; set; }

    public bool HasDied { get; private set; }

    /// <summary>The rule that was broken; null when none was.</summary>
    public string? Broken { get; private set; }

    /// <summary>Whether the disk has changed since this was set to false.</summary>
    public bool IsChanged { get; set; }

    /// <summary>Steps of all actors.</summary>
    public long Steps { get; private set; }

    /// <summary>Called before each turn, by whoever has it.</summary>
    public Action Watched { get; set; } = () => { };

    public TaskScheduler Threads => Now is null ? Default : this;

    /// <summary>Lets actors act, until none can go on.</summary>
    public void Run(IEnumerable<Actor> actors)
    {
        (HasDied, _writes) = (false, 0);
        _ended.Reset();
        foreach (var actor in actors)
        {
            Add(new Turn(actor, "begins", () => ExecutionContext.Run(
                ExecutionContext.Capture()!,
                _ =>
                {
                    Acting.Value = actor;
                    actor.Ended = actor.Act(actor);
                },
                null)));
        }

        if (Choose() is { } first) Give(first);
        _ended.Wait();
    }

    public void Between(string step)
    {
        if (Now is not { } actor) return;
        Refuse();
        // In which order such things come would be nobody's choice.
        if (Thread.CurrentThread.IsThreadPoolThread) Break($"{step} was done on a thread of the pool");
        else Wait(new Turn(actor, step, null));
        Refuse();
    }

    public void BeforeWrite(string step)
    {
        if (Now is not { } actor) return;
        Refuse();
        IsChanged = true;
        if (++_writes == DiesAt)
        {
            Say(actor, "dies before", step);
            HasDied = true;
        }

        Refuse();
    }

    public void Await(Task work)
    {
        if (Now is not null && !work.IsCompleted) ((IAsyncResult)work).AsyncWaitHandle.WaitOne();
    }

    /// <summary>Checks a rule: nothing goes on where it is broken.</summary>
    public void Require(Action rule)
    {
        if (HasDied) return;
        try
        {
            rule();
        }
        catch (BrokenRuleException broken)
        {
            Break(broken.Message);
        }
    }

    public void Break(string rule)
    {
        Broken ??= $"{rule}; at step {Steps}";
        Say(Now, "broke", "a rule");
        HasDied = true;
    }

    /// <summary>Tells something, where somebody reads it.</summary>
    public void Say(Actor? actor, string what, string about) =>
        _trace?.WriteLine($"{Steps,6} {actor?.Number} {what} {about}");

    public void Dispose()
    {
        foreach (var worker in _workers) worker.Give(null);
    }

    internal void Post(Actor actor, Action run, string step) => Add(new Turn(actor, step, run));

    protected override void QueueTask(Task task) =>
        Add(new Turn(Now ?? _none, "works", () => TryExecuteTask(task)));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void Refuse()
    {
        if (HasDied) throw new ProcessDiedException();
    }

    // Looks at the store are no part of what happens.
    private void Watch()
    {
        var actor = Acting.Value;
        Acting.Value = null;
        Require(Watched);
        Acting.Value = actor;
    }

    private void Wait(Turn own)
    {
        Watch();
        Add(own);
        if (Choose() is not { } next || next == own) return;
        Give(next);
        own.Wake.Wait();
    }

    private void Add(Turn turn)
    {
        lock (_lock)
        {
            turn.Number = ++_number;
            _ready.Add(turn);
        }
    }

    // Those of one actor in the order of their steps: in which order they came from the pool is nobody's choice.
    private Turn? Choose()
    {
        if (!_quiet.Wait()) Break("something that is not of the store keeps the pool busy");
        Turn turn;
        lock (_lock)
        {
            if (_ready.Count == 0) return null;
            _ready.Sort();
            var own = _ready.FindIndex(one => one.Actor.Number == _last);
            var at = own >= 0 && _draws.Next(100) < _stays ? own : _draws.Next(_ready.Count);
            turn = _ready[at];
            _ready.RemoveAt(at);
            _last = turn.Actor.Number;
            Steps++;
        }

        Say(turn.Actor, "", turn.Step);
        return turn;
    }

    private void Give(Turn turn)
    {
        if (turn.Run is null)
        {
            turn.Wake.Set();
            return;
        }

        Worker? worker;
        lock (_lock)
        {
            if (!_idle.TryPop(out worker)) _workers.Add(worker = new Worker(this));
        }

        worker.Give(turn);
    }

    /// <summary>Does turns one after another, until one goes on that waits on another thread.</summary>
    private void Work(Worker worker, Turn turn)
    {
        for (var next = turn; ;)
        {
            SynchronizationContext.SetSynchronizationContext(new Context(this, next.Actor));
            next.Run!();
            Watch();
            if (Choose() is not { } chosen)
            {
                lock (_lock) _idle.Push(worker);
                _ended.Set();
                return;
            }

            if (chosen.Run is null)
            {
                lock (_lock) _idle.Push(worker);
                Give(chosen);
                return;
            }

            next = chosen;
        }
    }

    private sealed class Context(Turns turns, Actor actor) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state) =>
            turns.Post(actor, () => d(state), $"goes on {MethodOf(state)}");

        public override void Send(SendOrPostCallback d, object? state) => d(state);

        // What goes on after an await is a box around the states of its method.
        private static string? MethodOf(object? state) =>
            (state as Action)?.Target?.GetType() is { IsGenericType: true } box
                ? box.GetGenericArguments()[^1].Name
                : null;
    }

    private sealed class Worker
    {
        private AutoResetEvent Given { get; } = new(false);
        private readonly Turns _turns;
        private Turn? _turn;

        public Worker(Turns turns)
        {
            _turns = turns;
            new Thread(Live) { IsBackground = true }.Start();
        }

        public void Give(Turn? turn)
        {
            _turn = turn;
            Given.Set();
        }

        private void Live()
        {
            for (Given.WaitOne(); _turn is { } turn; Given.WaitOne()) _turns.Work(this, turn);
            Given.Dispose();
        }
    }
}
