using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Records;
using Swarm.Runtime.Work;

namespace Swarm.Runtime.Execs;

/// <summary>The execs of an engine.</summary>
internal sealed class ContainerExecs(EngineCore core, BlockingWork work, ExecLauncher launcher, TimeProvider time)
    : IContainerExecs
{
    private const int NotFoundCode = 127;
    private const int NotRunnableCode = 126;

    private static readonly TimeSpan KeptAfterEnd = TimeSpan.FromMinutes(5);

    /// <summary>One that nobody starts is forgotten, too.</summary>
    private static readonly TimeSpan KeptUnstarted = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, LiveExec> _execs = new(StringComparer.Ordinal);

    public string Create(ContainerId id, ExecDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        if (definition.Arguments.IsDefaultOrEmpty || definition.Arguments[0].Length == 0)
            throw new ContainerException(ContainerFault.Invalid, "no exec command specified");
        core.GetUnpaused(id, "exec");
        core.Moves.Expect(); // mostly it is started at once
        Forget();
        var exec = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        _execs[exec] = new LiveExec(exec, id, definition, time.GetUtcNow());
        return exec;
    }

    public void ExpectRunning(string exec) => core.GetUnpaused(Get(exec).Container, "exec");

    public Task StartDetachedAsync(string exec, ConsoleSize? size, CancellationToken cancellation) =>
        work.RunAsync(() => StartAsync(Get(exec), isAttached: false, size), cancellation);

    public Task<IConsoleSession> StartAsync(string exec, ConsoleSize? size, CancellationToken cancellation) =>
        work.RunAsync<IConsoleSession>(
            async () =>
            {
                var live = Get(exec);
                return new ExecSession(await StartAsync(live, isAttached: true, size), live.Definition.Streams.Input);
            },
            cancellation);

    public void Resize(string exec, ConsoleSize size)
    {
        ArgumentNullException.ThrowIfNull(size);
        Get(exec).Resize(size);
    }

    public ExecState? Find(string exec)
    {
        Forget();
        return _execs.GetValueOrDefault(exec)?.State;
    }

    public ImmutableArray<string> Of(ContainerId id) =>
        [.. _execs.Where(one => one.Value.Container == id && one.Value.EndedAt is null).Select(one => one.Key)];

    public async Task<ExecState> WaitAsync(string exec, CancellationToken cancellation)
    {
        var live = Get(exec);
        await live.Ended.WaitAsync(cancellation);
        return live.State;
    }

    private async Task<RunningExec> StartAsync(LiveExec exec, bool isAttached, ConsoleSize? size)
    {
        var record = core.GetUnpaused(exec.Container, "exec");
        core.Moves.Expect();
        exec.Take();
        try
        {
            var (running, pid) = await launcher.StartAsync(
                exec.State.Id, record, exec.Definition, core.IsHomeGiven(record), isAttached,
                size ?? exec.Definition.Size);
            if (!isAttached) running.Output.Drop();
            exec.Start(running, pid);
            // Nobody waits for it but those who ask; it cannot fail.
            _ = running.EndAsync(core.Watch, code => End(exec, code));
            return running;
        }
        catch (ContainerException refused)
        {
            exec.End(IsMissing(refused.Message) ? NotFoundCode : NotRunnableCode, time.GetUtcNow());
            if (refused.Fault == ContainerFault.Host) ExpectStill(record);
            throw;
        }
        catch (Exception refused) when (HostRefusal.Of(refused) is { } told)
        {
            exec.End(NotRunnableCode, time.GetUtcNow());
            ExpectStill(record);
            throw told;
        }
    }

    /// <summary>What could not be started may have met with the container's end: then that is why.</summary>
    private void ExpectStill(ContainerRecord record)
    {
        core.GetUnpaused(record.Id, "exec");
        // The engine may not have heard of it yet.
        if (record.First.IsEnding) throw EngineCore.NotRunning(record.Id);
    }

    private void End(LiveExec exec, int code)
    {
        exec.End(code, time.GetUtcNow());
        if (core.Table.Find(exec.Container)?.Record is not { } record) return;
        core.Events.Publish(
            record.ToState(), "exec_die", ("execID", exec.State.Id),
            ("exitCode", code.ToString(CultureInfo.InvariantCulture)));
    }

    private LiveExec Get(string exec) => _execs.GetValueOrDefault(exec)
        ?? throw new ContainerException(ContainerFault.NotFound, $"No such exec instance: {exec}");

    /// <summary>Whether it is the command that is missing, not its working directory.</summary>
    private static bool IsMissing(string message) =>
        message.Contains("executable file not found", StringComparison.Ordinal)
        || (message.StartsWith("exec: ", StringComparison.Ordinal)
            && message.Contains("no such file or directory", StringComparison.Ordinal));

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var (id, exec) in _execs)
        {
            var isOld = exec.EndedAt is { } ended ? now - ended > KeptAfterEnd
                : exec.State.Pid == 0 && now - exec.CreatedAt > KeptUnstarted;
            if (isOld || core.Table.Find(exec.Container) is null) _execs.TryRemove(id, out _);
        }
    }
}
