using System.Collections.Immutable;
using Swarm.Core.Containers;
using Swarm.Images;

namespace Swarm.Runtime.Bundles;

/// <summary>What a container shall be, with what its image says filled in.</summary>
internal sealed record ContainerPlan
{
    /// <summary>Where programs are looked for when nobody says otherwise.</summary>
    public const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public required ContainerDefinition Definition { get; init; }

    public required ImmutableArray<string> Arguments { get; init; }

    public required ImmutableArray<string> Environment { get; init; }

    public required string WorkingDirectory { get; init; }

    public required string User { get; init; }

    public required string Hostname { get; init; }

    /// <summary>Where the image wants a volume.</summary>
    public required ImmutableArray<string> ImageVolumes { get; init; }

    /// <summary>Places at which something was settled to be mounted.</summary>
    public ImmutableHashSet<string> MountTargets { get; init; } = [];

    public required int StopSignal { get; init; }

    public required HealthCheck? HealthCheck { get; init; }

    public ContainerSpec Spec => Definition.Spec;

    /// <summary>Its own names, as they are in its /etc/hosts.</summary>
    public ImmutableArray<string> HostNames => HostNamesOf(Hostname, Spec.Domainname);

    /// <exception cref="ContainerException">The specification asks for what cannot be; the
    /// message names it.</exception>
    /// <param name="linked">Variables that tell of the containers it is linked to.</param>
    public static ContainerPlan Of(
        ContainerDefinition definition, ImageConfiguration image, string machineName,
        params ReadOnlySpan<string> linked)
    {
        var spec = definition.Spec;
        var hostname = HostnameOf(definition, machineName);
        var check = spec.HealthCheck ?? image.HealthCheck;
        Sysctls.Check(spec);
        Capabilities.Check(spec.AddCapabilities, spec.DropCapabilities);
        LimitSection.Check(spec.Limits);
        DeviceChoice.Check(spec.DeviceWeights);
        DeviceChoice.Rules(spec.Cgroup.DeviceRules);
        HostSideCheck.Check(spec);
        return new ContainerPlan
        {
            Definition = definition,
            Arguments = MergeArguments(spec, image),
            Environment = MergeEnvironment(spec, image, hostname, linked),
            WorkingDirectory = MergeWorkingDirectory(spec, image),
            User = spec.User is { Length: > 0 } user ? user : image.User,
            Hostname = hostname,
            ImageVolumes = image.Volumes,
            StopSignal = (spec.StopSignal ?? image.StopSignal) is { Length: > 0 } signal
                ? Signals.Parse(signal)
                : Signals.Terminate,
            HealthCheck = check is null or { IsDisabled: true } || check.Test.IsDefaultOrEmpty ? null : check,
        };
    }

    /// <summary>What it is called where it was given no name: as its host, or the container whose network it is in,
    /// where it shares that.</summary>
    /// <param name="machineName">Of the host, or of that container.</param>
    public static string HostnameOf(ContainerDefinition definition, string machineName)
    {
        var spec = definition.Spec;
        return spec.Hostname is { Length: > 0 } chosen ? chosen
            : spec.NetworkMode == NetworkMode.Host || spec.Shared.Uts == "host"
                || NamespaceChoice.ContainerOf(spec.Shared.Network) is not null ? machineName
            : definition.Id.Short;
    }

    /// <summary>What stands beside each of its addresses in its /etc/hosts: its name with its domain, and what comes
    /// before the first dot of that.</summary>
    public static ImmutableArray<string> HostNamesOf(string hostname, string domain)
    {
        var whole = domain.Length == 0 ? hostname : $"{hostname}.{domain}";
        var dot = whole.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 ? [whole, whole[..dot]] : [whole];
    }

    /// <summary>Whether an init program comes first: where there is another one already, it has nobody to reap.
    /// </summary>
    public static bool RunsInit(ContainerSpec spec) => spec.Init && spec.Shared.Pid.Length == 0;

    private static ImmutableArray<string> MergeArguments(ContainerSpec spec, ImageConfiguration image)
    {
        var entrypoint = spec.Entrypoint ?? image.Entrypoint;
        // As in Docker: the image's command was meant for the image's entrypoint.
        var command = spec.Command ?? (spec.Entrypoint is null ? image.Command : []);
        ImmutableArray<string> arguments = [.. entrypoint, .. command];
        return arguments.Length > 0 && arguments[0].Length > 0
            ? RunsInit(spec) ? [InitProgram.Target, "--", .. arguments] : arguments
            : throw Invalid(
                $"No command specified: neither the container nor image {spec.Image} names a program to run");
    }

    private static ImmutableArray<string> MergeEnvironment(
        ContainerSpec spec, ImageConfiguration image, string hostname, ReadOnlySpan<string> linked)
    {
        var values = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        ImmutableArray<string> defaults =
            [DefaultPath, "HOSTNAME=" + hostname, .. spec.Tty ? ["TERM=xterm"] : (string[])[]];
        foreach (var entry in (IEnumerable<string>)[.. defaults, .. linked, .. image.Environment, .. spec.Environment])
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals == 0 || entry.Length == 0) throw Invalid($"environment entry '{entry}' has no name");
            // Docker takes a name without a value for a wish to have no such variable.
            if (equals < 0) values.Remove(entry);
            else values[entry[..equals]] = entry;
        }

        return [.. values.Values];
    }

    private static string MergeWorkingDirectory(ContainerSpec spec, ImageConfiguration image)
    {
        var folder = spec.WorkingDirectory is { Length: > 0 } own ? own : image.WorkingDirectory;
        if (folder.Length == 0) return "/";
        if (folder[0] == '/') return folder;
        return spec.WorkingDirectory is { Length: > 0 }
            ? throw Invalid($"the working directory '{folder}' is invalid, it needs to be an absolute path")
            : "/" + folder;
    }

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);
}
