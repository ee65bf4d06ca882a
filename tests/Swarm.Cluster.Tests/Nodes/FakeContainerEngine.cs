using System.Collections.Immutable;
using System.Threading.Channels;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Runtime;
using Swarm.Runtime.Consoles;
using Swarm.Runtime.Controls;
using Swarm.Runtime.Events;
using Swarm.Runtime.Execs;
using Swarm.Runtime.Files;
using Swarm.Runtime.Health;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Usage;
using Swarm.Runtime.Volumes;

namespace Swarm.Cluster.Tests.Nodes;

/// <summary>An engine in memory that keeps the contract of <see cref="IContainerEngine"/>;
/// tests say what its containers do.</summary>
internal sealed class FakeContainerEngine(TimeProvider time) : IContainerEngine
{
    private readonly Channel<ContainerExit> _exits =
        Channel.CreateUnbounded<ContainerExit>(new UnboundedChannelOptions { AllowSynchronousContinuations = true });
    // What waits for a place to start goes on in whatever thread the pool has.
    private readonly Lock _lock = new();
    private readonly Dictionary<ContainerId, ContainerState> _containers = [];
    private readonly Channel<TaskCompletionSource> _held = Channel.CreateUnbounded<TaskCompletionSource>();
    private TaskCompletionSource? _heldIngress;
    private int _creating;

    /// <summary>Of a container whose image is not pinned.</summary>
    public static Digest Image { get; } = Digest.Of("what the name means"u8);

    public ChannelReader<ContainerExit> Exits => _exits.Reader;

    public EventLog Events { get; } = new(time);

    public HealthLog Health { get; } = new();

    public List<(ContainerId Container, int Signal)> Signals { get; } = [];

    public List<ImmutableArray<IngressRoute>> Ingress { get; } = [];

    public int Starts { get; private set; }

    public int MostCreating { get; private set; }

    /// <summary>While set, what is made waits for <see cref="LetCreateAsync"/>.</summary>
    public bool HoldsCreates { get; set; }

    /// <summary>Those who start a container wait until this is done.</summary>
    public Task Starting { get; set; } = Task.CompletedTask;

    public ContainerException? CreateFault { get; set; }

    public ContainerException? StartFault { get; set; }

    public ContainerException? IngressFault { get; set; }

    public Exception? SignalFault { get; set; }

    /// <summary>A bug.</summary>
    public Exception? StopSignalFault { get; set; }

    /// <summary>While set, routes are being set until <see cref="LetIngress"/>.</summary>
    public bool HoldsIngress { get; set; }

    public bool EndsWhenTerminated { get; set; } = true;

    /// <summary>Or the kernel does not let it.</summary>
    public bool EndsWhenKilled { get; set; } = true;

    public CommandResult Probe { get; set; } = new(0, "", false);

    public ImmutableArray<LogEntry> Log { get; set; } = [];

    /// <summary>Until when, by the name of each.</summary>
    public Dictionary<string, TimeSpan> Leases { get; } = [];

    /// <summary>While set, nothing would end the containers of a lease without this process.</summary>
    public bool KeepsNoLease { get; set; }

    public IReadOnlySet<Digest> ImagesInUse => ImmutableHashSet<Digest>.Empty;

    public IContainerConsoles Consoles => throw new NotSupportedException();

    public IContainerControls Controls => throw new NotSupportedException();

    public IContainerNetworks Networks => throw new NotSupportedException();

    public IContainerFiles Files => throw new NotSupportedException();

    public IContainerUsage Usage => throw new NotSupportedException();

    public IVolumes Volumes => OwnVolumes;

    public FakeVolumes OwnVolumes { get; } = new();

    public IContainerExecs Execs => throw new NotSupportedException();

    public Task OpenAsync(CancellationToken cancellation) => Task.CompletedTask;

    public ImmutableArray<ContainerState> List()
    {
        lock (_lock) return [.. _containers.Values];
    }

    public ContainerState? Find(ContainerId id)
    {
        lock (_lock) return _containers.GetValueOrDefault(id);
    }

    public async Task<ContainerState> CreateAsync(ContainerDefinition definition, CancellationToken cancellation)
    {
        lock (_lock) MostCreating = Math.Max(MostCreating, ++_creating);
        if (HoldsCreates)
        {
            var gate = new TaskCompletionSource();
            _held.Writer.TryWrite(gate);
            await gate.Task.WaitAsync(cancellation);
        }

        lock (_lock)
        {
            _creating--;
            if (CreateFault is { } fault) throw fault;
            if (_containers.TryGetValue(definition.Id, out var existing)) return existing;
            return _containers[definition.Id] = new ContainerState(definition, ContainerPhase.Created)
            {
                CreatedAt = time.GetUtcNow(),
                ImageId = definition.Spec.PinnedImage ?? Image,
                HealthCheck = definition.Spec.HealthCheck,
                Endpoints = [new NetworkEndpoint("bridge", $"10.88.0.{_containers.Count + 2}", 16, "10.88.0.1", "")],
            };
        }
    }

    public Task<ContainerState> DefineAsync(ContainerDefinition definition, CancellationToken cancellation) =>
        CreateAsync(definition, cancellation);

    public async Task LetCreateAsync() => (await _held.Reader.ReadAsync()).SetResult();

    public void LetIngress() => Inline.Run(_heldIngress!.SetResult);

    public async Task<ContainerState> StartAsync(ContainerId id, CancellationToken cancellation)
    {
        await Starting;
        if (StartFault is { } fault) throw fault;
        lock (_lock)
        {
            var state = Existing(id);
            if (state.Phase == ContainerPhase.Running) return state;
            Starts++;
            return _containers[id] = state with
            {
                Phase = ContainerPhase.Running,
                Run = state.Run + 1,
                StartedAt = time.GetUtcNow(),
                Exit = null,
            };
        }
    }

    public void Signal(ContainerId id, int signal)
    {
        if (SignalFault is { } fault) throw fault;
        Signals.Add((id, signal));
        var ends = signal == 9 ? EndsWhenKilled : EndsWhenTerminated;
        if (Existing(id).Phase == ContainerPhase.Running && ends) End(id, 128 + signal);
    }

    public int StopSignalOf(ContainerId id) => StopSignalFault is { } fault ? throw fault : 15;

    public Task RemoveAsync(ContainerId id, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (!_containers.Remove(id)) return Task.FromException(Missing(id));
        }

        return Task.CompletedTask;
    }

    public Task<CommandResult> RunCommandAsync(
        ContainerId id, ImmutableArray<string> arguments, TimeSpan timeout, CancellationToken cancellation) =>
        Task.FromResult(Probe);

    public IContainerLog OpenLog(ContainerId id) => new FakeLog(Log);

    public bool ExtendLease(string lease, TimeSpan until)
    {
        if (!KeepsNoLease) Leases[lease] = until;
        return !KeepsNoLease;
    }

    public TimeSpan? FindLease(string lease) => Leases.TryGetValue(lease, out var until) ? until : null;

    public void ForgetLease(string lease) => Leases.Remove(lease);

    public Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation)
    {
        if (HoldsIngress) return (_heldIngress = new TaskCompletionSource()).Task;
        Ingress.Add(routes);
        return IngressFault is { } fault ? Task.FromException(fault) : Task.CompletedTask;
    }

    /// <summary>The container's process ends.</summary>
    /// <param name="isTold">False when no engine was there to tell it: it is found at the next look.</param>
    public void End(ContainerId id, int exitCode, bool outOfMemory = false, bool isTold = true)
    {
        ContainerExit exit;
        lock (_lock)
        {
            var state = Existing(id);
            exit = new ContainerExit(id, state.Run, exitCode, outOfMemory, time.GetUtcNow());
            _containers[id] = state with { Phase = ContainerPhase.Ended, Exit = exit };
        }

        if (isTold) Inline.Run(() => _exits.Writer.TryWrite(exit));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private ContainerState Existing(ContainerId id) => Find(id) ?? throw Missing(id);

    private static ContainerException Missing(ContainerId id) =>
        new(ContainerFault.NotFound, $"no container {id.Short}");
}
