using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Execs;

/// <summary>One exec of this engine, from its creation until it is forgotten.</summary>
internal sealed class LiveExec(string id, ContainerId container, ExecDefinition definition, DateTimeOffset createdAt)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _taken;
    private RunningExec? _running;
    private int _pid;
    private int? _exitCode;
    private ConsoleSize? _wanted;

    public ExecDefinition Definition => definition;

    public ContainerId Container => container;

    public Task Ended => _ended.Task;

    public DateTimeOffset CreatedAt => createdAt;

    public DateTimeOffset? EndedAt { get; private set; }

    public ExecState State
    {
        get
        {
            lock (_lock)
            {
                return new ExecState(id, container, definition, _pid != 0 && _exitCode is null, _pid, _exitCode);
            }
        }
    }

    /// <summary>Whoever takes it starts it, and nobody else.</summary>
    /// <exception cref="ContainerException">It was taken before.</exception>
    public void Take()
    {
        lock (_lock)
        {
            if (_exitCode is not null)
                throw new ContainerException(ContainerFault.WrongPhase, $"exec {id} has already run");
            if (_taken) throw new ContainerException(ContainerFault.WrongPhase, $"exec {id} is already running");
            _taken = true;
        }
    }

    public void Start(RunningExec running, int pid)
    {
        lock (_lock)
        {
            (_running, _pid) = (running, pid);
            if (_wanted is not null) running.Resize(_wanted);
        }
    }

    public void End(int exitCode, DateTimeOffset at)
    {
        lock (_lock)
        {
            (_exitCode, EndedAt, _running) = (exitCode, at, null);
        }

        _ended.TrySetResult();
    }

    /// <remarks>Clients tell their size as soon as they are answered, which is before the program runs.</remarks>
    /// <exception cref="ContainerException">It has ended.</exception>
    public void Resize(ConsoleSize size)
    {
        lock (_lock)
        {
            if (_exitCode is not null)
                throw new ContainerException(ContainerFault.WrongPhase, $"exec {id} is not running");
            _wanted = size;
            _running?.Resize(size);
        }
    }
}
