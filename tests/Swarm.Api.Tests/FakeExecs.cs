using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Execs;

namespace Swarm.Api.Tests;

/// <summary>Programs that are only said to run; all of them have one console.</summary>
internal sealed class FakeExecs : IContainerExecs
{
    private readonly Dictionary<string, ExecState> _execs = [];

    public FakeConsole Console { get; } = new();

    /// <summary>Of the terminal of the one that was started last.</summary>
    public ConsoleSize? Size { get; private set; }

    public string Create(ContainerId id, ExecDefinition definition)
    {
        var exec = $"exec{_execs.Count}";
        _execs[exec] = new ExecState(exec, id, definition, IsRunning: false, Pid: 0, ExitCode: null);
        return exec;
    }

    /// <summary>What has become of their container.</summary>
    public ContainerException? Refusal { get; set; }

    public void ExpectRunning(string exec)
    {
        if (Refusal is not null) throw Refusal;
    }

    public Task StartDetachedAsync(string exec, ConsoleSize? size, CancellationToken cancellation)
    {
        ExpectRunning(exec);
        Size = size ?? _execs[exec].Definition.Size;
        return Task.CompletedTask;
    }

    public Task<IConsoleSession> StartAsync(string exec, ConsoleSize? size, CancellationToken cancellation)
    {
        Size = size ?? _execs[exec].Definition.Size;
        return Task.FromResult<IConsoleSession>(Console);
    }

    public void Resize(string exec, ConsoleSize size) => throw new NotSupportedException();

    public ExecState? Find(string exec) => _execs.GetValueOrDefault(exec);

    public ImmutableArray<string> Of(ContainerId id) => [];

    public Task<ExecState> WaitAsync(string exec, CancellationToken cancellation) => throw new NotSupportedException();
}
