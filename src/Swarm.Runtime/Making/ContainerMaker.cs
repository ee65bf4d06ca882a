using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Images;
using Swarm.Linux.Cgroups;
using Swarm.Linux.Processes;
using Swarm.Linux.Rooted;
using Swarm.Runtime.Bundles;
using Swarm.Runtime.Logs;
using Swarm.Runtime.Networks;
using Swarm.Runtime.Processes;
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
    VolumeStore volumes,
    Func<ContainerId, int> pidOf,
    Func<ContainerDefinition, ImmutableArray<LinkedContainer>> linksOf,
    ILogger logger)
{
    private readonly MountChoice _mounts = new(volumes);
    private readonly NamespaceChoice _namespaces = new(pidOf);
    private readonly ulong _bounding = OwnCapabilities.ReadBounding();

    public async Task<MadeContainer> MakeAsync(
        ContainerDefinition definition, StoredImage image, LogFolder log, CancellationToken cancellation)
    {
        var id = definition.Id;
        var spec = definition.Spec;
        var links = linksOf(definition);
        var plan = ContainerPlan.Of(
            definition, image.Configuration, Environment.MachineName, [.. links.SelectMany(link => link.Variables())]);
        var (capabilities, lacking) = Capabilities.Choose(
            spec.AddCapabilities, spec.DropCapabilities, spec.Privileged, _bounding);
        if (!lacking.IsEmpty) LogLacking(id.Short, string.Join(", ", lacking));

        var rootPath = await images.MountRootAsync(id, image.Id, cancellation);
        var network = spec.NetworkMode == NetworkMode.Bridge
            ? await networks.AttachAsync(id, NetworkWish.Of(spec, networks.DefaultNetwork), cancellation)
            : null;

        var bundle = folders.Bundle(id);
        Directory.CreateDirectory(bundle);
        log.Make();
        using var root = new RootedFolder(rootPath);
        var groups = root.ReadText("/etc/group");
        var user = ContainerUser.Find(plan.User, root.ReadText("/etc/passwd"), groups).WithGroups(spec.Groups, groups);
        MakeWorkingFolder(root, plan.WorkingDirectory);
        var (mounts, anonymous) = _mounts.Choose(plan, root);
        var names = NamespaceChoice.ContainerOf(spec.Shared.Network) is { } other
            ? NameFiles.MountsOf(folders.Bundle(other), plan)
            : NameFiles.Write(bundle, plan, NamesOf(spec, network, links));
        var seccomp = Filter(spec, capabilities);
        BundleWriter.Write(bundle, new BundleInput(plan, rootPath, user, [.. names, .. InitMounts(spec), .. mounts])
        {
            Capabilities = capabilities,
            NetworkNamespacePath = network?.NamespacePath,
            CgroupPath = folders.Cgroup(id),
            CanLimitSwap = cgroups.CountsSwap,
            Seccomp = seccomp,
            Devices = [.. spec.Privileged ? HostDevices.Find() : [], .. HostDevices.Choose(spec.Devices)],
            Shared = _namespaces.Choose(spec.Shared),
            Ulimits = ProcessLimits.Choose(spec.Ulimits),
            OutOfMemoryScore = ProcessLimits.Score(spec.OutOfMemoryScore),
        });
        var (first, conmon) = monitor.Create(id, definition.Name, spec, log.CurrentPath);
        if (seccomp.Profile is not null && spec.Seccomp is null) filters.Keep(id, capabilities);
        return new MadeContainer(plan, first, conmon, anonymous)
        {
            Endpoints = network?.Endpoints ?? [],
            Ports = network?.Ports ?? [],
        };
    }

    private SeccompChoice Filter(ContainerSpec spec, ImmutableArray<string> capabilities) => spec.Seccomp switch
    {
        _ when spec.Privileged => new SeccompChoice(null, null),
        null => filters.Choose(capabilities),
        "unconfined" => new SeccompChoice(null, null),
        { } text => new SeccompChoice(SeccompProfile.Parse(text).Resolve(capabilities), null),
    };

    private static ImmutableArray<BundleMount> InitMounts(ContainerSpec spec) => spec.Init
        ? [new BundleMount("bind", InitProgram.Find(), InitProgram.Target, ["bind", "rprivate", "ro"])]
        : [];

    private NamesInput NamesOf(
        ContainerSpec spec, NetworkAttachment? network, ImmutableArray<LinkedContainer> links) =>
        new(network?.Endpoints ?? [], links, NameFiles.ReadHostResolver())
        {
            ResolvesNames = EngineCore.ResolvesNames(spec, networks.DefaultNetwork),
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
