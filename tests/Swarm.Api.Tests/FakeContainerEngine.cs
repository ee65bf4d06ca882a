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

namespace Swarm.Api.Tests;

/// <summary>A host with the containers that a test says, whose images may be said to be in use.</summary>
internal sealed class FakeContainerEngine : IContainerEngine
{
    public HashSet<Digest> InUse { get; } = [];

    public List<ContainerState> Containers { get; } = [];

    public FakeExecs Programs { get; } = new();

    public FakeLog? Log { get; set; }

    public ChannelReader<ContainerExit> Exits { get; } = Channel.CreateUnbounded<ContainerExit>().Reader;

    public EventLog Events { get; } = new(TimeProvider.System);

    public HealthLog Health { get; } = new();

    public IReadOnlySet<Digest> ImagesInUse => InUse;

    public IContainerConsoles Consoles => throw new NotSupportedException();

    public IContainerControls Controls => Limits;

    public FakeControls Limits => field ??= new FakeControls(this);

    public IContainerNetworks Networks { get; } = new FakeNetworks();

    public IContainerFiles Files { get; } = new FakeFiles();

    public IContainerUsage Usage => throw new NotSupportedException();

    public IVolumes Volumes { get; } = new FakeVolumes();

    public IContainerExecs Execs => Programs;

    public ImmutableArray<ContainerState> List() => [.. Containers];

    public ContainerState? Find(ContainerId id) => Containers.FirstOrDefault(container => container.Id == id);

    public bool ExtendLease(string lease, TimeSpan until) => throw new NotSupportedException();

    public TimeSpan? FindLease(string lease) => null;

    public void ForgetLease(string lease) => throw new NotSupportedException();

    public Task OpenAsync(CancellationToken cancellation) => Task.CompletedTask;

    public Task<ContainerState> CreateAsync(ContainerDefinition definition, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ContainerState> DefineAsync(ContainerDefinition definition, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public Task<ContainerState> StartAsync(ContainerId id, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public void Signal(ContainerId id, int signal) => throw new NotSupportedException();

    public int StopSignalOf(ContainerId id) => throw new NotSupportedException();

    public Task RemoveAsync(ContainerId id, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<CommandResult> RunCommandAsync(
        ContainerId id, ImmutableArray<string> arguments, TimeSpan timeout, CancellationToken cancellation) =>
        throw new NotSupportedException();

    public IContainerLog OpenLog(ContainerId id) => Log ?? throw new NotSupportedException();

    public Task SetIngressAsync(ImmutableArray<IngressRoute> routes, CancellationToken cancellation) =>
        Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
