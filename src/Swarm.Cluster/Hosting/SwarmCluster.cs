using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Cluster;
using Akka.Cluster.Tools.Client;
using Microsoft.Extensions.Logging;
using Swarm.Cluster.Catalog;
using Swarm.Cluster.Clients;
using Swarm.Cluster.Copies;
using Swarm.Cluster.Disk;
using Swarm.Cluster.Images;
using Swarm.Cluster.Nodes;
using Swarm.Cluster.Placement;
using Swarm.Cluster.Services;
using Swarm.Runtime.Images;
using Swarm.Wire.Security;

namespace Swarm.Cluster.Hosting;

/// <summary>This node's part in the cluster: its actor system with the entities, the catalog,
/// the gateway and the node actor.</summary>
public sealed class SwarmCluster : IAsyncDisposable
{
    /// <summary>Name of every node's actor system; part of every address.</summary>
    public const string SystemName = "swarm";

    private static readonly TimeSpan TrialTimeout = TimeSpan.FromSeconds(3);

    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private IActorRef _journal = ActorRefs.Nobody;
    private CopyNeighbours _keepers = null!; // set by Start, the only way to make one

    private SwarmCluster(ActorSystem system)
    {
        ActorSystem = system;
        Address = Akka.Cluster.Cluster.Get(system).SelfAddress.ToString();
    }

    public ActorSystem ActorSystem { get; }

    /// <summary>Where other nodes find this one, as <c>akka.tcp://swarm@10.0.0.1:4000</c>;
    /// with the port that was taken.</summary>
    public string Address { get; }

    /// <summary>Takes every <see cref="Core.Services.IServiceMessage"/> to its service.</summary>
    public IActorRef Services { get; private set; } = ActorRefs.Nobody;

    /// <summary>Takes every <see cref="Core.Nodes.INodeMessage"/> to the record of its node.</summary>
    public IActorRef Nodes { get; private set; } = ActorRefs.Nobody;

    /// <summary>Takes every <see cref="Core.Images.IImageMessage"/> to its repository.</summary>
    public IActorRef Images { get; private set; } = ActorRefs.Nobody;

    /// <summary>Takes every <see cref="Core.Placement.IPlacerMessage"/> to the placer of its pool.</summary>
    public IActorRef Placers { get; private set; } = ActorRefs.Nobody;

    /// <summary>Takes every <see cref="Core.Images.ICopyMessage"/> to whoever keeps the copies of that image.</summary>
    public IActorRef Copies { get; private set; } = ActorRefs.Nobody;

    /// <summary>This node's copy of the lists; takes the <see cref="Core.Nodes.NodeListing"/>
    /// of this node, and answers lists.</summary>
    public IActorRef Catalog { get; private set; } = ActorRefs.Nobody;

    /// <summary>This host's own actor; nobody where it runs no containers.</summary>
    public IActorRef Node { get; private set; } = ActorRefs.Nobody;

    /// <summary>Answers what clients may ask; the same that they reach from outside.</summary>
    public IActorRef Gateway { get; private set; } = ActorRefs.Nobody;

    /// <summary>How a service finds the image that is named by a digest. Until this is set, its first task does.
    /// </summary>
    public FindImage FindByDigest { get; set; } = (_, _) => Task.FromResult<Core.Images.Digest?>(null);

    /// <summary>Ends well when this node is up, its regions are known and the journal answers.</summary>
    /// <remarks>Fails with <see cref="ClusterStartException"/>, which says what was waited for in vain.</remarks>
    public Task Ready => _ready.Task;

    /// <summary>Starts everything, without waiting until it is ready.</summary>
    /// <param name="node">Makes the actor that runs this node's containers; it is started
    /// under the name "node".</param>
    /// <exception cref="ClusterStartException">The options, the journal file or the port are not to be had.</exception>
    /// <exception cref="TlsFilesException">The certificates cannot be used.</exception>
    public static SwarmCluster Start(
        ClusterOptions options, Func<SwarmCluster, Props> node, ILoggerFactory loggers, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(node);
        if (options.Check() is { IsEmpty: false } wrong) throw new ClusterStartException(string.Join("; ", wrong));

        JournalHocon.Prepare(options.Journal);
        var security = options.Tls is { } files ? RemoteSecurity.Load(files, PeerRole.Server, time) : null;
        var refused = new RefusedPeers(time, loggers);
        var cluster = new SwarmCluster(StartSystem(options, security?.Setup(refused.Tell), loggers));
        cluster.StartActors(options, node, loggers, time);
        return cluster;
    }

    /// <summary>Sees whether this node does its part: it is in the cluster, and the journal takes events.</summary>
    /// <returns>What is wrong; null when nothing is.</returns>
    public async Task<string?> FindFaultAsync()
    {
        if (ActorSystem.WhenTerminated.IsCompleted) return "this node has left the cluster";
        var cluster = Akka.Cluster.Cluster.Get(ActorSystem);
        var status = cluster.SelfMember.Status;
        if (status != MemberStatus.Up) return $"this node is not up in its cluster: {status}";
        if (!Majority.IsSeenBy(cluster)) return "this node sees only a minority of its cluster";
        try
        {
            var tried = await _journal.Ask<JournalTried>(new TryJournal(), TrialTimeout);
            return tried.Fault.Length == 0 ? null : tried.Fault;
        }
        catch (AskTimeoutException)
        {
            return $"the journal does not answer within {TrialTimeout.TotalSeconds:0} s";
        }
    }

    /// <summary>What is wrong with the cluster as this node sees it, and heals by itself or by others.</summary>
    public IEnumerable<string> Warnings()
    {
        if (ActorSystem.WhenTerminated.IsCompleted) return ["this node has left the cluster"];

        var state = Akka.Cluster.Cluster.Get(ActorSystem).State;
        return state.Unreachable.Select(member =>
            $"{member.Address.Host}:{member.Address.Port}, one of {state.Members.Count} members, is out of reach");
    }

    /// <summary>The members of the cluster as this node sees it, itself included.</summary>
    public (int Reachable, int Unreachable) CountMembers()
    {
        if (ActorSystem.WhenTerminated.IsCompleted) return (0, 0);

        var state = Akka.Cluster.Cluster.Get(ActorSystem).State;
        return (state.Members.Count - state.Unreachable.Count, state.Unreachable.Count);
    }

    /// <summary>Has a part in keeping copies of images, and looks after the disk they are on, where this host runs
    /// containers.</summary>
    public void KeepImages(
        Core.NodeId node, IImageCopies copies, CopyOptions options, IHostDisk disk, DiskOptions marks,
        TimeProvider time, ILoggerFactory loggers)
    {
        if (Node.IsNobody()) return; // it is not listed, and asked for nothing
        var keeper = ActorSystem.ActorOf(
            CopyKeeperActor.Props(node, copies, Copies, _keepers, options, time, loggers), CopyKeeperPath.Name);
        ActorSystem.ActorOf(DiskKeeperActor.Props(disk, keeper, Node, marks, loggers), DiskKeeperActor.Name);
    }

    /// <summary>Leaves the cluster in order and ends the actor system. Containers are not touched.</summary>
    public async Task StopAsync()
    {
        _ready.TrySetCanceled();
        await CoordinatedShutdown.Get(ActorSystem).Run(CoordinatedShutdown.ClusterLeavingReason.Instance);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync();

    private static ActorSystem StartSystem(ClusterOptions options, Setup? security, ILoggerFactory loggers)
    {
        var setup = ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(ClusterHocon.Write(options)), new AkkaLogger.LoggersSetup(loggers));
        if (security is not null) setup = setup.And(security);
        try
        {
            return Akka.Actor.ActorSystem.Create(SystemName, setup);
        }
        catch (Exception cause) when (cause is AggregateException or Akka.Remote.RemoteTransportException
            or System.Net.Sockets.SocketException)
        {
            // Twice: of an aggregate the base is its first cause, whatever that was caused by.
            var reason = cause.GetBaseException().GetBaseException().Message;
            throw new ClusterStartException(
                $"could not listen on {options.BindAddress ?? options.Hostname}:{options.Port}: {reason}", cause);
        }
    }

    private void StartActors(
        ClusterOptions options, Func<SwarmCluster, Props> node, ILoggerFactory loggers, TimeProvider time)
    {
        var regions = new Regions(ActorSystem, isScheduler: options.Roles.Contains(ClusterRoles.Scheduler));
        Catalog = ActorSystem.ActorOf(CatalogActor.Props(loggers), "catalog");
        Images = regions.Start(Regions.Images, id => ImageEntity.Props(id, loggers), Regions.ImageExtractor);
        var askers = new PlacerNeighbours(
            () => Regions.Of(ActorSystem, Regions.Services), () => Regions.Of(ActorSystem, Regions.Copies), Catalog);
        Placers = regions.Start(
            Regions.Placers, id => PlacerEntity.Props(id, askers, time, loggers), Regions.PlacerExtractor);
        Nodes = regions.StartRemembering(
            Regions.Nodes, id => NodeEntity.Props(id, Catalog, time, loggers), Regions.NodeExtractor);
        var watch = ActorSystem.ActorOf(
            NodeWatchActor.Props(options.Failure.SettleTime, time, loggers), NodeWatchActor.Name);
        var cluster = Akka.Cluster.Cluster.Get(ActorSystem);
        var pulse = new Pulse(options.Failure, time);
        ActorSystem.ActorOf(PulseActor.Props(pulse), PulseActor.Name);
        var neighbours = new ServiceNeighbours(Placers, Images, Catalog, watch)
        {
            FindByDigest = (name, cancellation) => FindByDigest(name, cancellation),
            SeesMajority = () => pulse.IsSteady && Majority.IsSeenBy(cluster),
        };
        var own = new ServiceEntityOptions();
        if (!options.FetchesAhead) own = own with { PrepareStandbysEvery = null };
        Services = regions.StartRemembering(
            Regions.Services, id => ServiceEntity.Props(id, neighbours, own, time, loggers), Regions.ServiceExtractor);

        _journal = ActorSystem.ActorOf(JournalTrials.Props(Address), "journal");
        var way = new GatewayWay(Services, Nodes, Images, Placers, Catalog, _journal);
        Gateway = ActorSystem.ActorOf(
            GatewayActor.Props(way, options.RequestTimeout, loggers), Core.Clients.Gateway.Path["/user/".Length..]);
        ClusterClientReceptionist.Get(ActorSystem).RegisterService(Gateway);
        _keepers = new CopyNeighbours(
            Catalog, Images, address => ActorSystem.ActorSelection(address + CopyKeeperPath.Path));
        Copies = regions.Start(
            Regions.Copies, id => CopiesEntity.Props(id, _keepers, loggers), Regions.CopyExtractor);
        if (options.Roles.Contains(ClusterRoles.Worker)) Node = ActorSystem.ActorOf(node(this), NodeActorPath.Name);
        ActorSystem.ActorOf(DeadLineActor.Props(loggers), DeadLineActor.Name);
        var formation = ActorSystem.ActorOf(FormationActor.Props(options.Seeds, time, loggers), FormationActor.Name);
        ActorSystem.ActorOf(ReadinessActor.Props(
            [Images, Placers, Nodes, Services], Images, formation, options,
            FirstListActor.Props(options.Journal, Services, Catalog, loggers), _ready), "readiness");
    }
}
