using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Processes;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Controls;
using Swarm.Runtime.Events;
using Swarm.Runtime.Execs;
using Swarm.Runtime.Files;
using Swarm.Runtime.Health;
using Swarm.Runtime.Logs;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Processes;
using Swarm.Runtime.Usage;
using Swarm.Runtime.Volumes;
using Swarm.Runtime.Work;

namespace Swarm.Runtime;

/// <summary>The containers of this host, each made by crun and kept by a conmon of its own.</summary>
/// <remarks>Drawn in docs/containers.md.</remarks>
public sealed class ContainerEngine : IContainerEngine
{
    /// <summary>What runs the process that ends containers whose lease has run out.</summary>
    public const string ShellPath = "/bin/bash";

    /// <summary>An init program of this host, as tini; null where there is none.</summary>
    public static string? InitPath => InitProgram.TryFind();

    /// <summary>Timers of the framework know no longer time.</summary>
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly RuntimeProgram _runtime;
    private readonly BlockingWork _work;
    private readonly EngineCore _core;
    private readonly ExecLauncher _launcher;
    private readonly TimeProvider _time;
    private readonly INetworkPlane _networks;

    /// <exception cref="ArgumentException">An option cannot be; all are named.</exception>
    public ContainerEngine(
        EngineOptions options, IImageStore images, INetworkPlane networks, TimeProvider time, ILoggerFactory loggers)
    {
        options.Validate();
        (_time, _networks) = (time, networks);
        _runtime = RuntimeProgram.Open(options.CrunPath);
        options = options with { CrunPath = _runtime.Path };
        _work = new BlockingWork("container work", options.Workers, time);
        _core = new EngineCore(
            options, images, networks, CgroupFiles.OfHost(), _work, time, loggers.CreateLogger<ContainerEngine>());
        Controls = new ContainerControls(_core, _work);
        Networks = new ContainerNetworks(_core, networks, _work);
        Files = new ContainerFiles(_core, images, networks);
        Usage = new UsageReading(_core, _work, CgroupFiles.OfHost(), time);
        Consoles = new ContainerConsoles(_core, _work);
        Volumes = new HostVolumes(_core, _core.Volumes, _work);
        _launcher = new ExecLauncher(options, _core.Folders, _core.Watch, _core.Waiting, time);
        Execs = new ContainerExecs(_core, _work, _launcher, time);
    }

    /// <inheritdoc/>
    public ChannelReader<ContainerExit> Exits => _core.Exits;

    /// <inheritdoc/>
    public IContainerConsoles Consoles { get; }

    /// <inheritdoc/>
    public IContainerExecs Execs { get; }

    /// <inheritdoc/>
    public IContainerControls Controls { get; }

    /// <inheritdoc/>
    public IContainerNetworks Networks { get; }

    /// <inheritdoc/>
    public IContainerFiles Files { get; }

    /// <inheritdoc/>
    public IContainerUsage Usage { get; }

    /// <inheritdoc/>
    public IVolumes Volumes { get; }

    /// <inheritdoc/>
    public EventLog Events => _core.Events;

    /// <summary>What the containers are called in their networks.</summary>
    public INetworkNames Names => _core.Names;

    /// <inheritdoc/>
    public HealthLog Health => _core.Health;

    /// <inheritdoc/>
    public IReadOnlySet<Digest> ImagesInUse => _core.Table.All
        .Select(container => container.Record?.ImageId)
        .OfType<Digest>()
        .ToHashSet();

    /// <inheritdoc/>
    public Task OpenAsync(CancellationToken cancellation) =>
        _work.RunAsync(() => _core.OpenAsync(cancellation), cancellation);

    /// <inheritdoc/>
    public ImmutableArray<ContainerState> List() => _core.Table.States();

    /// <inheritdoc/>
    public ContainerState? Find(ContainerId id) => _core.Table.Find(id)?.Record?.ToState();

    /// <inheritdoc/>
    public Task<ContainerState> CreateAsync(ContainerDefinition definition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return _work.RunAsync(() => _core.CreateAsync(definition, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public Task<ContainerState> DefineAsync(ContainerDefinition definition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(definition);
        return _work.RunAsync(() => _core.DefineAsync(definition, cancellation), cancellation);
    }

    /// <inheritdoc/>
    public Task<ContainerState> StartAsync(ContainerId id, CancellationToken cancellation) =>
        StartFigures.MeasureAsync(_work.RunAsync(() => _core.StartAsync(id, cancellation), cancellation), _time);

    /// <inheritdoc/>
    public void Signal(ContainerId id, int signal)
    {
        var container = _core.Get(id);
        if (container.Record is not { Phase: ContainerPhase.Running } record) return;
        using var process = ProcessHandle.Open(record.First);
        process?.Signal(signal);
        // As in Docker: what is to end it comes to a paused one too.
        if (signal == Signals.Kill || signal == StopSignalOf(id)) _core.Thaw(container);
    }

    /// <inheritdoc/>
    public int StopSignalOf(ContainerId id) =>
        _core.Table.Find(id)?.Record is { StopSignal: > 0 } record ? record.StopSignal : Signals.Terminate;

    /// <inheritdoc/>
    public Task RemoveAsync(ContainerId id, CancellationToken cancellation) =>
        _work.RunAsync(() => _core.RemoveAsync(id, cancellation), cancellation);

    /// <inheritdoc/>
    public async Task<CommandResult> RunCommandAsync(
        ContainerId id, ImmutableArray<string> arguments, TimeSpan timeout, CancellationToken cancellation)
    {
        if (arguments.IsDefaultOrEmpty) throw new ContainerException(ContainerFault.Invalid, "no command to run");
        var record = _core.GetUnpaused(id, "a command in it");
        using var deadline = new CancellationTokenSource(
            timeout < LongestDeadline ? timeout : LongestDeadline, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellation);
        var own = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var folder = Directory.CreateDirectory(_core.Folders.Exec(own)).FullName;
        try
        {
            var command = _launcher.Command(folder, record, arguments, _core.IsHomeGiven(record));
            using var run = new CommandRun(_core.Watch, command, _time);
            await using var killing = either.Token.Register(() => run.Kill());
            var code = await run.Ended;
            cancellation.ThrowIfCancellationRequested();
            return new CommandResult(code, run.Output, deadline.IsCancellationRequested);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <inheritdoc/>
    public IContainerLog OpenLog(ContainerId id) => new OpenedLog(_core.Get(id), _work, _time);

    /// <inheritdoc/>
    public Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation) =>
        _networks.SetIngressAsync(routes, cancellation);

    /// <inheritdoc/>
    public bool ExtendLease(string lease, TimeSpan until) => _core.Leases.Extend(lease, until);

    /// <inheritdoc/>
    public TimeSpan? FindLease(string lease) => _core.Leases.UntilOf(lease);

    /// <inheritdoc/>
    public void ForgetLease(string lease) => _core.Leases.Forget(lease);

    /// <summary>Removes every container, and the cgroup they were in: nothing but data stays on the host.</summary>
    /// <returns>What was removed.</returns>
    public async Task<ImmutableArray<ContainerId>> DestroyAsync(CancellationToken cancellation)
    {
        ImmutableArray<ContainerId> containers = [.. List().Select(container => container.Id)];
        await Task.WhenAll(containers.Select(id => RemoveAsync(id, cancellation)));
        await _work.RunAsync(() => _core.ReleaseCgroupAsync(), cancellation);
        return containers;
    }

    /// <summary>Lets go of everything; the containers go on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _core.DisposeAsync();
        _work.Dispose();
        _runtime.Dispose();
    }
}
