using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Images;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Processes;
using Swarm.Linux.Rooted;
using Swarm.Linux.Users;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Images;
using Swarm.Runtime.Logs;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Processes;
using Swarm.Runtime.Records;
using Swarm.Runtime.Seccomp;
using Swarm.Runtime.Users;
using Swarm.Runtime.Volumes;

namespace Swarm.Runtime.Making;

/// <summary>Makes a container up to the moment before its program starts.</summary>
internal sealed partial class ContainerMaker(
    EngineFolders folders,
    IImageStore images,
    INetworkPlane networks,
    ICgroups cgroups,
    ContainerMonitor monitor,
    MonitorsAhead ahead,
    FilterCache filters,
    Func<ContainerId, ContainerRecord> runningOf,
    Func<ContainerDefinition, ImmutableArray<LinkedContainer>> linksOf,
    ILogger logger)
{
    private readonly NamespaceChoice _namespaces = new(id => runningOf(id).First.Pid);
    private readonly ulong _bounding = OwnCapabilities.ReadBounding();

    public async Task<MadeContainer> MakeAsync(
        ContainerRecord record, StoredImage image, LogFolder log, CancellationToken cancellation)
    {
        var definition = record.Definition;
        var id = definition.Id;
        var spec = definition.Spec;
        var links = linksOf(definition);
        var plan = Plan(record, image, [.. links.SelectMany(link => link.Variables())]);
        var (capabilities, lacking) = Capabilities.Choose(
            spec.AddCapabilities, spec.DropCapabilities, spec.Privileged, _bounding);
        if (!lacking.IsEmpty) LogLacking(id.Short, string.Join(", ", lacking));
        var bundle = folders.Bundle(id);
        using var early = BundleWriter.IsIn(bundle) ? null : ahead.Take(definition) ?? Prepare();
        using var users = MappedUsers.Begin(record, runningOf);
        var rootPath = await images.MountRootAsync(record, image.Id, cancellation);
        var network = spec.NetworkMode == NetworkMode.Bridge ? await AttachAsync(id, spec, users, cancellation) : null;
        using var root = new RootedFolder(rootPath);
        var user = FindUser(plan, root, record.Users);
        WorkingFolder.Make(root, plan.WorkingDirectory, record.Users?.Root);
        ContainerMark.Make(rootPath, record.Users?.Root);
        MountTableLink.Make(root, record.Users?.Root);
        using var held = new HeldSubpaths(folders);
        var mounts = MountChoice.Choose(record.Mounts ?? [], root.ModeOf).Select(held.Hold).ToArray();
        var names = NamespaceChoice.ContainerOf(spec.Shared.Network) is { } other
            ? NameFiles.MountsOf(folders.Bundle(other), plan)
            : NameFiles.Write(bundle, plan, NamesOf(network, links), record.Users?.Root);
        var seccomp = Filter(spec, capabilities);
        // Of one that does not run nobody could say whether it shares its memory.
        if (NamespaceChoice.ContainerOf(spec.Shared.Ipc) is { } sharer) runningOf(sharer);
        var memory = SharedMemory.Choose(spec, bundle, folders.Bundle, record.Users?.Root);
        // Mapped users have no way to where the roots are.
        var shownRoot = users is null ? rootPath : held.HoldRoot(rootPath);
        var input = Input(plan, shownRoot, user, [.. names, .. InitMounts(spec), .. memory, .. mounts], users);
        BundleWriter.Write(bundle, input with
        {
            Capabilities = capabilities,
            NetworkNamespacePath = network?.NamespacePath,
            Seccomp = seccomp,
        });
        using var conmon = early ?? Prepare();
        var (first, monitoring) = monitor.Create(conmon, id, spec, plan.Arguments[0]);
        DeviceChoice.Weigh(cgroups, folders.Cgroup(id), spec.DeviceWeights);
        if (seccomp.Profile is not null && spec.Seccomp is null) filters.Keep(id, capabilities);
        return new MadeContainer(plan, first, monitoring)
        {
            Endpoints = network?.Endpoints ?? [],
            Ports = network?.Ports ?? [],
        };

        PreparedMonitor Prepare() => monitor.Prepare(record, log);
    }

    private BundleInput Input(
        ContainerPlan plan, string rootPath, ContainerUser user, ImmutableArray<BundleMount> mounts, MappedUsers? users)
    {
        var spec = plan.Spec;
        return new BundleInput(plan, rootPath, user, mounts)
        {
            Capabilities = [],
            Seccomp = new SeccompChoice(null, null),
            CgroupPath = folders.Cgroup(plan.Definition.Id),
            Kernel = KernelLimits.Of(cgroups),
            DeviceRules = DeviceChoice.Rules(spec.Cgroup.DeviceRules),
            Throttles = DeviceChoice.Throttles(spec.BlockThrottles),
            AppArmor = spec.Privileged ? null : HostSideCheck.ProfileOf(spec),
            Devices = [.. spec.Privileged ? HostDevices.Find() : [], .. HostDevices.Choose(spec.Devices)],
            Shared = Share(spec),
            Ulimits = ProcessLimits.Choose(spec.Ulimits, users is not null),
            OutOfMemoryScore = ProcessLimits.Score(spec.OutOfMemoryScore, users is not null),
            Users = users?.Map,
            UserNamespacePath = users?.UserNamespace,
        };
    }

    private async Task<NetworkAttachment> AttachAsync(
        ContainerId id, ContainerSpec spec, MappedUsers? users, CancellationToken cancellation)
    {
        // What was made before belongs to a user namespace that is gone.
        if (users is not null) await networks.DetachAsync(id, cancellation);
        var wish = NetworkWish.Of(spec, networks.DefaultNetwork) with { Namespace = users?.NetworkNamespace };
        return await networks.AttachAsync(id, wish, cancellation);
    }

    private static ContainerUser FindUser(ContainerPlan plan, RootedFolder root, IdMap? users)
    {
        var groups = root.ReadText("/etc/group");
        var user = ContainerUser.Find(plan.User, root.ReadText("/etc/passwd"), groups)
            .WithGroups(plan.Spec.Groups, groups);
        MappedUserCheck.Check(user, users);
        return user;
    }

    private ImmutableDictionary<string, string?> Share(ContainerSpec spec)
    {
        if (spec.Cgroup.WaitsForMemory && !cgroups.CanWaitForMemory)
        {
            throw new ContainerException(
                ContainerFault.Invalid,
                "this host's cgroups cannot keep processes from being killed for want of memory");
        }

        var shared = _namespaces.Choose(spec.Shared);
        return spec.Cgroup.IsHostSeen ? shared.SetItem("cgroup", null) : shared;
    }

    private ContainerPlan Plan(ContainerRecord record, StoredImage image, ReadOnlySpan<string> linked)
    {
        var surroundings = NamespaceChoice.ContainerOf(record.Definition.Spec.Shared.Network) is { } other
            ? ContainerPlan.HostnameOf(NetworkOwner(other).Definition, Environment.MachineName)
            : Environment.MachineName;
        return ContainerPlan.Of(record.Definition, image.Configuration, surroundings, linked) with
        {
            MountTargets = [.. (record.Mounts ?? []).Select(mount => mount.Spec.Target)],
        };
    }

    private ContainerRecord NetworkOwner(ContainerId other)
    {
        try
        {
            return runningOf(other);
        }
        catch (ContainerException refused) when (refused.Fault == ContainerFault.WrongPhase)
        {
            throw new ContainerException(
                refused.Fault, $"cannot join network of a non running container: {other.Value}");
        }
    }

    private SeccompChoice Filter(ContainerSpec spec, ImmutableArray<string> capabilities) => spec.Seccomp switch
    {
        _ when spec.Privileged => new SeccompChoice(null, null),
        null => filters.Choose(capabilities),
        "unconfined" => new SeccompChoice(null, null),
        { } text => new SeccompChoice(SeccompProfile.Parse(text).Resolve(capabilities), null),
    };

    private static ImmutableArray<BundleMount> InitMounts(ContainerSpec spec) =>
        ContainerPlan.RunsInit(spec)
        ? [new BundleMount("bind", InitProgram.Find(), InitProgram.Target, ["bind", "rprivate", "ro"])]
        : [];

    private NamesInput NamesOf(NetworkAttachment? network, ImmutableArray<LinkedContainer> links) =>
        new(network?.Endpoints ?? [], links, NameFiles.ReadHostResolver())
        {
            ResolvesNames = NameFiles.AsksNameServer(network?.Endpoints ?? [], networks.DefaultNetwork),
            IsAttached = network is not null,
            HostNames = NameFiles.ReadHostNames(),
            DefaultGateway =
                networks.Networks.FirstOrDefault(one => one.Name == networks.DefaultNetwork)?.Gateway ?? "",
        };

    [LoggerMessage(
        LogLevel.Warning, "Container {Container} goes without {Capabilities}, which this host does not hand on")]
    private partial void LogLacking(string container, string capabilities);
}
