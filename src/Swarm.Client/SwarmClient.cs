using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Clients;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;
using Swarm.Wire;

namespace Swarm.Client;

/// <summary>Submits services to the cluster and watches them. Safe for use by several threads.</summary>
/// <remarks>
/// A request is repeated until it is answered or its time is up. What changes something carries an id chosen once, so
/// that it is done once however often it arrives; it is answered only after it is persisted.
/// </remarks>
public sealed class SwarmClient : IAsyncDisposable
{
    private readonly SwarmClientOptions _options;
    private readonly Task<ClientSystem> _system;

    private SwarmClient(SwarmClientOptions options) =>
        (_options, _system) = (options, ClientSystem.StartAsync(options));

    internal TimeProvider Time => _options.Time;

    /// <summary>Makes a client. It looks for the cluster in the background; the first request waits for it.</summary>
    public static SwarmClient Connect(SwarmClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Contacts.IsDefaultOrEmpty) throw new ArgumentException("no contacts were given", nameof(options));
        return new SwarmClient(options);
    }

    /// <summary>Makes the service be so; one of that name is updated.</summary>
    /// <exception cref="SwarmRefusedException">The cluster would not; nothing was changed.</exception>
    /// <exception cref="SwarmUnreachableException">Nobody answered in time.</exception>
    public Task<ServiceAccepted> DeployAsync(ServiceSpec spec, CancellationToken cancellation = default) =>
        RequestAsync<ServiceAccepted>(new DeployService(NewRequest(), spec), cancellation);

    /// <inheritdoc cref="DeployAsync"/>
    public Task<ServiceAccepted> ScaleAsync(
        ServiceName service, int replicas, CancellationToken cancellation = default) =>
        RequestAsync<ServiceAccepted>(new ScaleService(NewRequest(), service, replicas), cancellation);

    /// <inheritdoc cref="DeployAsync"/>
    public Task<ServiceAccepted> RemoveAsync(ServiceName service, CancellationToken cancellation = default) =>
        RequestAsync<ServiceAccepted>(new RemoveService(NewRequest(), service), cancellation);

    /// <inheritdoc cref="DeployAsync"/>
    public async Task<ImmutableArray<ServiceListing>> GetServicesAsync(CancellationToken cancellation = default)
    {
        var services = ImmutableArray.CreateBuilder<ServiceListing>();
        for (string? next = ""; next is not null;)
        {
            var page = await RequestAsync<ServiceList>(new GetServices { After = next }, cancellation);
            services.AddRange(page.Services);
            next = page.Next;
        }

        return services.ToImmutable();
    }

    /// <summary>A service with all its tasks.</summary>
    /// <remarks>Tasks of different pages may be seen a moment apart; a service that was made
    /// anew meanwhile is read anew.</remarks>
    /// <inheritdoc cref="DeployAsync"/>
    public async Task<ServiceDetails> GetServiceAsync(ServiceName service, CancellationToken cancellation = default)
    {
        var tasks = ImmutableArray.CreateBuilder<ServiceTask>();
        ServiceId? seen = null;
        for (long after = 0; ;)
        {
            var page = await RequestAsync<ServiceDetails>(new GetService(service) { After = after }, cancellation);
            if (seen is { } id && id != page.Id)
            {
                tasks.Clear();
                (after, seen) = (0, null);
                continue;
            }

            tasks.AddRange(page.Tasks);
            if (page.Next is not { } next) return page with { Tasks = tasks.ToImmutable() };
            (after, seen) = (next, page.Id);
        }
    }

    /// <inheritdoc cref="DeployAsync"/>
    public async Task<ImmutableArray<NodeListing>> GetNodesAsync(CancellationToken cancellation = default)
    {
        var nodes = ImmutableArray.CreateBuilder<NodeListing>();
        for (string? next = ""; next is not null;)
        {
            var page = await RequestAsync<NodeList>(new GetNodes { After = next }, cancellation);
            nodes.AddRange(page.Nodes);
            next = page.Next;
        }

        return nodes.ToImmutable();
    }

    /// <summary>Goes back to the specification before the one in force.</summary>
    /// <inheritdoc cref="DeployAsync"/>
    public Task<ServiceAccepted> RollbackAsync(ServiceName service, CancellationToken cancellation = default) =>
        RequestAsync<ServiceAccepted>(new RollbackService(NewRequest(), service), cancellation);

    /// <summary>Begins a run of a periodic job now; the answer says which.</summary>
    /// <inheritdoc cref="DeployAsync"/>
    public Task<ServiceAccepted> RunAsync(ServiceName job, CancellationToken cancellation = default) =>
        RequestAsync<ServiceAccepted>(new RunJob(NewRequest(), job), cancellation);

    /// <summary>What the cluster keeps of a node, whether it is up or not.</summary>
    /// <inheritdoc cref="DeployAsync"/>
    public Task<NodeDetails> GetNodeAsync(NodeId node, CancellationToken cancellation = default) =>
        RequestAsync<NodeDetails>(new GetNode(node), cancellation);

    /// <summary>Changes what operators set for a node.</summary>
    /// <inheritdoc cref="DeployAsync"/>
    public async Task<NodeSettings> UpdateNodeAsync(
        NodeId node, NodeChange change, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        var update = new UpdateNode(NewRequest(), node)
        {
            Availability = change.Availability,
            SetLabels = change.SetLabels,
            RemoveLabels = change.RemoveLabels,
            SystemReserved = change.SystemReserved,
            ClearSystemReserved = change.ClearSystemReserved,
        };
        return (await RequestAsync<NodeUpdated>(update, cancellation)).Settings;
    }

    /// <summary>Forgets a node that does not come back, with what operators have set for it.</summary>
    /// <inheritdoc cref="DeployAsync"/>
    public Task<NodeRemoved> RemoveNodeAsync(NodeId node, CancellationToken cancellation = default) =>
        RequestAsync<NodeRemoved>(new RemoveNode(NewRequest(), node), cancellation);

    /// <summary>Evens out the load of a pool by moving tasks, one at a time, within the policies of their services.
    /// </summary>
    /// <param name="dryRun">Only say what would be moved.</param>
    /// <inheritdoc cref="DeployAsync"/>
    public Task<RebalancePlan> RebalanceAsync(string pool, bool dryRun, CancellationToken cancellation = default) =>
        RequestAsync<RebalancePlan>(new RebalancePool(NewRequest(), pool, dryRun), cancellation);

    /// <inheritdoc cref="DeployAsync"/>
    internal Task<ServiceLogPage> GetLogPageAsync(GetServiceLogs question, CancellationToken cancellation) =>
        RequestAsync<ServiceLogPage>(question, cancellation);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAny(_system);
        if (_system.IsCompletedSuccessfully) await (await _system).StopAsync();
    }

    private async Task<TAnswer> RequestAsync<TAnswer>(object message, CancellationToken cancellation)
        where TAnswer : class
    {
        var size = SwarmSerializer.Measure(message);
        if (size > Gateway.MaxMessageBytes)
        {
            throw new SwarmRefusedException(
                $"{message.GetType().Name} takes {size} bytes; the cluster takes {Gateway.MaxMessageBytes}",
                notFound: false);
        }

        return await AnswerAsync(message, cancellation) switch
        {
            TAnswer answer => answer,
            RequestRefused refused => throw new SwarmRefusedException(refused.Reason, refused.NotFound),
            var other => throw new InvalidOperationException(
                $"the cluster answered {message.GetType().Name} with {other}"),
        };
    }

    private async Task<object> AnswerAsync(object message, CancellationToken cancellation)
    {
        var system = await _system.WaitAsync(cancellation);
        var outcome = new RequestOutcome();
        var pending = system.Begin(message, outcome);
        try
        {
            return await outcome.Answer.Task.WaitAsync(_options.Timeout, Time, cancellation);
        }
        catch (TimeoutException)
        {
            throw await Contacts.ExplainAsync(
                _options.Contacts, _options.Timeout, outcome.LateBecause, system.Refused);
        }
        finally
        {
            system.End(pending);
        }
    }

    private static RequestId NewRequest() => new(Guid.CreateVersion7().ToString("N"));
}
