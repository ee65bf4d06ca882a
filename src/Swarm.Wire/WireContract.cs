using System.Collections.Frozen;
using System.Collections.Immutable;
using Swarm.Core.Clients;
using Swarm.Core.Images;
using Swarm.Core.Membership;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Wire;

/// <summary>Every type that crosses nodes or is kept in the journal, with its manifest.</summary>
/// <remarks>
/// A manifest is never used again for something else. New fields get new keys and a default; a new meaning gets a new
/// manifest, and the old one stays readable as long as journals may hold it. Drawn in docs/wire.md.
/// </remarks>
internal static class WireContract
{
    public static ImmutableArray<WireEntry> Entries { get; } =
    [
        // Asked by clients and answered to them.
        Client<DeployService>("svc.deploy.1"),
        Client<ScaleService>("svc.scale.1"),
        Client<RemoveService>("svc.remove.1"),
        Client<RollbackService>("svc.rollback.1"),
        Client<RunJob>("svc.run.1"),
        Client<GetService>("svc.get.1"),
        Client<ServiceAccepted>("svc.accepted.1"),
        Node<ServiceDetails>("svc.details.1"),
        Client<RequestRefused>("refused.1"),
        Client<GetServices>("svc.list.get.1"),
        Node<ServiceList>("svc.list.1"),
        Client<GetServiceLogs>("log.get.1"),
        Client<ServiceLogPage>("log.page.1"),
        Client<GetNodes>("node.list.get.1"),
        Node<NodeList>("node.list.1"),
        Client<GetNode>("node.get.1"),
        Client<NodeDetails>("node.details.1"),
        Client<UpdateNode>("node.update.1"),
        Client<NodeUpdated>("node.updated.1"),
        Client<RemoveNode>("node.remove.1"),
        Client<NodeRemoved>("node.removed.1"),
        Client<RebalancePool>("place.rebalance.1"),
        Client<RebalancePlan>("place.plan.1"),
        Client<NameImage>("img.name.1"),
        Client<UnnameImage>("img.unname.1"),
        Client<ImageNamed>("img.named.1"),
        Client<GetImage>("img.get.1"),
        Client<ImageMeaning>("img.meaning.1"),

        // Between nodes and those who keep the copies of images.
        Node<LookAfterImage>("copy.look.1"),
        Node<ImageLookedAfter>("copy.looked.1"),
        Node<GetImageStanding>("copy.standing.get.1"),
        Node<ImageStanding>("copy.standing.1"),
        Node<FetchAhead>("copy.ahead.1"),
        Node<KeepImage>("copy.keep.1"),
        Node<ImageKept>("copy.kept.1"),
        Node<ReleaseImage>("copy.release.1"),
        Node<DropImage>("copy.drop.1"),

        // Between services, placers and nodes.
        Node<ApplyServiceTasks>("task.apply.1"),
        Node<TasksApplied>("task.applied.1"),
        Node<ReportTasks>("task.report.1"),
        Node<TasksReportKept>("task.kept.1"),
        Node<NodeSeen>("svc.node.1"),
        Node<RenewLease>("svc.lease.renew.1"),
        Node<LeaseRenewed>("svc.lease.1"),
        Node<MoveTask>("svc.move.1"),
        Node<ImageResolved>("svc.image.1"),
        Node<PlaceTasks>("place.ask.1"),
        Node<PlacementsMade>("place.made.1"),
        Node<PrepareStandbys>("place.standbys.1"),
        Node<GetEligibleNodes>("place.eligible.get.1"),
        Node<EligibleNodes>("place.eligible.1"),
        Node<NodeReport>("place.report.1"),
        Node<CapacityFreed>("place.freed.1"),
        Node<GetNodeReport>("place.report.get.1"),
        Node<RegisterNode>("node.register.1"),
        Node<NodeRegistered>("node.registered.1"),
        Node<GetTaskLogs>("log.task.get.1"),
        Node<TaskLogPage>("log.task.page.1"),

        // Between nodes that look for their cluster.
        Node<AskToForm>("form.ask.1"),
        Node<FormationAnswer>("form.answer.1"),
        Node<AskReach>("reach.ask.1"),
        Node<ReachAnswer>("reach.answer.1"),

        // Views, in distributed data.
        Node<ServiceListing>("view.service.1"),
        Node<ServiceLines>("view.services.1"),
        Node<NodeListing>("view.node.1"),

        // The journal: events and snapshots.
        Stored<ServiceEvent>("svc.event.1"),
        Stored<ServiceState>("svc.state.1"),
        Stored<NodeEvent>("node.event.1"),
        Stored<NodeRecord>("node.record.1"),
        Stored<ImageEvent>("img.event.1"),
        Stored<ImageRepository>("img.repository.1"),
    ];

    public static FrozenDictionary<string, WireEntry> ByManifest { get; } =
        Entries.ToFrozenDictionary(entry => entry.Manifest, StringComparer.Ordinal);

    private static FrozenDictionary<Type, WireEntry> ByType { get; } = Entries.ToFrozenDictionary(entry => entry.Type);

    /// <summary>The entry of a type, or of the family it is a case of; null when it has no
    /// place in the contract.</summary>
    public static WireEntry? Find(Type type) =>
        ByType.TryGetValue(type, out var entry) ? entry
            : type.BaseType is { IsAbstract: true } family ? ByType.GetValueOrDefault(family) : null;

    private static WireEntry Client<T>(string manifest) => new(manifest, typeof(T), WireLimits.ClientBytes);

    private static WireEntry Node<T>(string manifest) => new(manifest, typeof(T), WireLimits.NodeBytes);

    private static WireEntry Stored<T>(string manifest) => new(manifest, typeof(T), WireLimits.StoredBytes);
}
