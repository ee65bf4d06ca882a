using System.Collections.Immutable;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Images;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Processes;
using Swarm.Linux.Watching;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Events;
using Swarm.Runtime.Exits;
using Swarm.Runtime.Health;
using Swarm.Runtime.Leases;
using Swarm.Runtime.Making;
using Swarm.Runtime.Names;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Processes;
using Swarm.Runtime.Records;
using Swarm.Runtime.Seccomp;
using Swarm.Runtime.Volumes;
using Swarm.Runtime.Work;

namespace Swarm.Runtime;

/// <summary>
/// What the engine does, on its own threads: each container's steps one after another, behind its gate.
/// </summary>
internal sealed partial class EngineCore : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private readonly IImageStore _images;
    private readonly INetworkPlane _networks;
    private readonly NameServers _nameServers;
    private readonly ICgroups _cgroups;
    private readonly BlockingWork _work;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RecordStore _records;
    private readonly ExitFile _exitFile;
    private readonly MonitorEnding _monitors;
    private readonly MonitorsAhead _ahead;
    private readonly ContainerUndoing _undoing;
    private readonly ContainerMaker _maker;
    private readonly CancellationTokenSource _closing = new();

    // As many as containers end between two looks of the reader; bounded by how many containers a host can have.
    private readonly Channel<ContainerExit> _exits = Channel.CreateUnbounded<ContainerExit>();
    private OrphanReaper? _orphans;
    private ExitWatch? _exitWatch;
    private ArrivalWatch? _arrivals;
    private FileStream? _lock;
    private IDisposable? _nullDevice;
    private ITimer? _logTimer;

    public EngineCore(
        EngineOptions options, IImageStore images, INetworkPlane networks, ICgroups cgroups, BlockingWork work,
        TimeProvider time, ILogger logger)
    {
        (_options, _images, _cgroups) = (options, images, cgroups);
        (_work, _time, _logger) = (work, time, logger);
        Folders = new EngineFolders(options);
        Table = new ContainerTable(Folders);
        Watch = new DescriptorWatch("container watch");
        Waiting = new ProgramWaiting(Watch, options.CrunPatience, time);
        Runtime = new OciRuntime(options, Folders, Waiting);
        Events = new EventLog(time, container => images.Find(container.ImageId.Value)?.Configuration.Labels
            ?? ImmutableSortedDictionary<string, string>.Empty);
        Names = new NetworkNames(
            () => Table.States(), id => Table.Find(id)?.Record?.ToState(), networks.DefaultNetwork);
        _nameServers = new NameServers(Names, WishesOf, hostNamespace: null, new NameServerLimits(), time, logger);
        _networks = networks = new ResolvingNetworkPlane(
            networks, _nameServers, () => NameFiles.LacksServers(NameFiles.ReadHostResolver()),
            id => NameFiles.LeadsToNameServer(Folders.Bundle(id)), logger);
        _records = new RecordStore(Folders, logger);
        _imageMounts = new ImageMounts(images);
        Volumes = new VolumeStore(Folders, new VolumeMounting(Watch, time), Events, time, logger);
        _exitFile = new ExitFile(Folders, cgroups, time);
        Leases = new LeaseWatchdog(
            Folders, cgroups.FolderOf(options.CgroupParent), Watch, time, work => Begin(work), logger);
        Moves = new ExpectedMoves(cgroups, Begin);
        _monitors = new MonitorEnding(options, Folders, Watch, time, logger);
        var monitor = new ContainerMonitor(options, Folders, Waiting);
        _ahead = new MonitorsAhead(monitor, options.MonitorAheadFor, Begin, time);
        _undoing = new ContainerUndoing(Folders, images, networks, cgroups, Runtime, _monitors, _ahead, time, logger);
        var filters = new FilterCache(SeccompProfile.Read(options.SeccompProfilePath), Folders);
        _maker = new ContainerMaker(
            Folders, images, networks, cgroups, monitor, _ahead, filters, GetRunning, LinksOf, logger);
    }

    public EngineFolders Folders { get; }

    public ContainerTable Table { get; }

    public OciRuntime Runtime { get; }

    public ProgramWaiting Waiting { get; }

    public DescriptorWatch Watch { get; }

    public EventLog Events { get; }

    public NetworkNames Names { get; }

    public HealthLog Health { get; } = new();

    public LeaseWatchdog Leases { get; }

    public ExpectedMoves Moves { get; }

    public ChannelReader<ContainerExit> Exits => _exits.Reader;

    public LiveContainer Get(ContainerId id) => Table.Find(id) is { IsGone: false } container
        ? container
        : throw Missing(id);

    public static ContainerException Missing(ContainerId id) =>
        new(ContainerFault.NotFound, $"there is no container {id.Short}");

    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync();
        if (_logTimer is not null) await _logTimer.DisposeAsync();
        _exitWatch?.Dispose();
        _arrivals?.Dispose();
        // Who holds a gate is in the middle of something, and finishes it.
        foreach (var container in Table.All)
        {
            await container.Gate.WaitAsync(CancellationToken.None);
            container.Gate.Release();
        }

        await _nameServers.DisposeAsync();
        Leases.Dispose();
        _ahead.Dispose();
        Watch.Dispose();
        _orphans?.Dispose();
        _exits.Writer.TryComplete();
        _nullDevice?.Dispose();
        _lock?.Dispose();
    }

    /// <summary>Does something with a container while nobody else does.</summary>
    internal async Task<T> AtGateAsync<T>(LiveContainer container, Func<Task<T>> work, CancellationToken cancellation)
    {
        await container.Gate.WaitAsync(cancellation);
        try
        {
            ObjectDisposedException.ThrowIf(_closing.IsCancellationRequested, this);
            return await work();
        }
        catch (Exception refused) when (HostRefusal.Of(refused) is { } told)
        {
            throw told;
        }
        finally
        {
            container.Gate.Release();
        }
    }

    private NameWishes? WishesOf(ContainerId id) =>
        Table.Find(id)?.Record is { } record ? NameWishes.Of(record.ToState()) : null;

    private StoredImage FindImage(ContainerDefinition definition)
    {
        var spec = definition.Spec;
        return _images.Find(spec.PinnedImage?.Value ?? spec.Image)
            ?? throw new ContainerException(
                ContainerFault.ImageNotFound,
                (spec.PinnedImage is { } pinned ? $"image {spec.Image} ({pinned})" : $"image {spec.Image}")
                + " is not on this host: `swarm image load` brings it there");
    }
}
