using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Swarm.Core.Containers;
using Swarm.Linux.Cgroups;

namespace Swarm.Runtime.Bundles;

/// <summary>What a container may do with devices that it is not given: rules by number, how fast, and with which
/// weight.</summary>
internal static partial class DeviceChoice
{
    /// <summary>Reads rules as <c>c 10:200 rwm</c> or <c>b *:* m</c>.</summary>
    /// <exception cref="ContainerException">One is not as that.</exception>
    public static ImmutableArray<DeviceRule> Rules(ImmutableArray<string> rules) =>
    [
        .. rules.Select(text => Pattern().Match(text) is { Success: true } rule
            ? new DeviceRule(
                rule.Groups[1].Value[0], Number(rule.Groups[2]), Number(rule.Groups[3]), rule.Groups[4].Value)
            : throw new ContainerException(ContainerFault.Invalid, $"invalid device cgroup rule format: '{text}'")),
    ];

    /// <exception cref="ContainerException">What is to be throttled is no block device of this host, or the rate is
    /// none.</exception>
    public static ImmutableArray<DeviceThrottle> Throttles(ImmutableArray<BlockThrottle> throttles) =>
    [
        .. throttles.Select(throttle =>
        {
            if (throttle.Rate <= 0)
                throw new ContainerException(ContainerFault.Invalid, $"{throttle.Path}: a rate of {throttle.Rate}");
            var device = BlockDevice(throttle.Path);
            return new DeviceThrottle(throttle.Kind, device.Major, device.Minor, throttle.Rate);
        }),
    ];

    /// <summary>Weighs devices for a container whose cgroup is there; passed over where the kernel knows no such
    /// weights.</summary>
    /// <remarks>Not by crun, which knows only one of the kernel's files for it.</remarks>
    /// <exception cref="ContainerException">One is no block device of this host, or the kernel takes no weight for
    /// it.</exception>
    public static void Weigh(ICgroups cgroups, string cgroup, ImmutableArray<DeviceWeight> weights)
    {
        if (weights.IsEmpty || !cgroups.WeighsDevices) return;
        foreach (var (path, weight) in weights)
        {
            var device = BlockDevice(path);
            try
            {
                cgroups.WeighDevice(cgroup, device.Major, device.Minor, weight);
            }
            catch (IOException refused)
            {
                throw new ContainerException(
                    ContainerFault.Invalid,
                    $"{path} takes no weight: its scheduler has to be bfq ({refused.Message})", refused);
            }
        }
    }

    /// <exception cref="ContainerException">One is out of bounds.</exception>
    public static void Check(ImmutableArray<DeviceWeight> weights)
    {
        if (weights.FirstOrDefault(one => one.Weight is not 0 and (< 10 or > 1000)) is { } wrong)
        {
            throw new ContainerException(
                ContainerFault.Invalid, $"{wrong.Path}: the weight {wrong.Weight} is not between 10 and 1000");
        }
    }

    private static HostDevice BlockDevice(string path)
    {
        var device = path is ['/', ..] && !Directory.Exists(path)
            ? HostDevices.Choose([new DeviceSpec(path)]).Single()
            : null;
        return device is { Kind: 'b' }
            ? device
            : throw new ContainerException(ContainerFault.Invalid, $"{path} is no block device");
    }

    private static int? Number(Group group) =>
        group.Value == "*" ? null : int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([acb]) ([0-9]{1,9}|\*):([0-9]{1,9}|\*) ([rwm]{1,3})$")]
    private static partial Regex Pattern();
}
