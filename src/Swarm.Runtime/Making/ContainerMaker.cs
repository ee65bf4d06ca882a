using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Images;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Processes;
using Swarm.Linux.Rooted;
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
    FilterCache filters,
    Func<ContainerId, int> pidOf,
    Func<ContainerDefinition, ImmutableArray<LinkedContainer>> linksOf,
    ILogger logger)
{
    private readonly NamespaceChoice _namespaces = new(pidOf);
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
        var rootPath = await images.MountRootAsync(definition, image.Id, cancellation);
        var network = spec.NetworkMode == NetworkMode.Bridge
            ? await networks.AttachAsync(id, NetworkWish.Of(spec, networks.DefaultNetwork), cancellation)
            : null;

        var bundle = Directory.CreateDirectory(folders.Bundle(id)).FullName;
        log.Make();
        using var root = new RootedFolder(rootPath);
        var groups = root.ReadText("/etc/group");
        var user = ContainerUser.Find(plan.User, root.ReadText("/etc/passwd"), groups).WithGroups(spec.Groups, groups);
        MakeWorkingFolder(root, plan.WorkingDirectory);
        using var held = new HeldSubpaths(folders);
        var mounts = MountChoice.Choose(record.Mounts ?? []).Select(held.Hold).ToArray();
        var names = NamespaceChoice.ContainerOf(spec.Shared.Network) is { } other
            ? NameFiles.MountsOf(folders.Bundle(other), plan)
            : NameFiles.Write(bundle, plan, NamesOf(network, links));
        var seccomp = Filter(spec, capabilities);
        var memory = SharedMemory.Choose(spec, bundle, folders.Bundle);
        BundleWriter.Write(bundle, new BundleInput(
            plan, rootPath, user, [.. names, .. InitMounts(spec), .. memory, .. mounts])
        {
            Capabilities = capabilities,
            NetworkNamespacePath = network?.NamespacePath,
            CgroupPath = folders.Cgroup(id),
            CanLimitSwap = cgroups.CountsSwap,
            CanWeighBlocks = cgroups.WeighsBlocks,
            DeviceRules = DeviceChoice.Rules(spec.Cgroup.DeviceRules),
            Throttles = DeviceChoice.Throttles(spec.BlockThrottles),
            AppArmor = spec.Privileged ? null : HostSideCheck.ProfileOf(spec),
            Seccomp = seccomp,
            Devices = [.. spec.Privileged ? HostDevices.Find() : [], .. HostDevices.Choose(spec.Devices)],
            Shared = Share(spec),
            Ulimits = ProcessLimits.Choose(spec.Ulimits),
            OutOfMemoryScore = ProcessLimits.Score(spec.OutOfMemoryScore),
        });
        var (first, conmon) = monitor.Create(id, definition.Name, spec, log.CurrentPath);
        if (seccomp.Profile is not null && spec.Seccomp is null) filters.Keep(id, capabilities);
        return new MadeContainer(plan, first, conmon)
        {
            Endpoints = network?.Endpoints ?? [],
            Ports = network?.Ports ?? [],
        };
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

    private static ContainerPlan Plan(
        ContainerRecord record, StoredImage image, ReadOnlySpan<string> linked) =>
        ContainerPlan.Of(record.Definition, image.Configuration, Environment.MachineName, linked) with
        {
            MountTargets = [.. (record.Mounts ?? []).Select(mount => mount.Spec.Target)],
        };

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
        };

    private static void MakeWorkingFolder(RootedFolder root, string path)
    {
        try
        {
            root.MakeFolder(path);
        }
        catch (IOException refused)
        {
            throw new ContainerException(
                ContainerFault.Invalid, $"working directory {path} could not be made: {refused.Message}", refused);
        }
    }

    [LoggerMessage(
        LogLevel.Warning, "Container {Container} goes without {Capabilities}, which this host does not hand on")]
    private partial void LogLacking(string container, string capabilities);
}
