using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Swarm.Core.Containers;

namespace Swarm.Runtime.Bundles;

/// <summary>What a container may do with devices that it is not given: rules by number, and how fast.</summary>
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
            var device = HostDevices.Choose([new DeviceSpec(throttle.Path)]).Single();
            return device.Kind == 'b'
                ? new DeviceThrottle(throttle.Kind, device.Major, device.Minor, throttle.Rate)
                : throw new ContainerException(ContainerFault.Invalid, $"{throttle.Path} is no block device");
        }),
    ];

    private static int? Number(Group group) =>
        group.Value == "*" ? null : int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^([acb]) ([0-9]{1,9}|\*):([0-9]{1,9}|\*) ([rwm]{1,3})$")]
    private static partial Regex Pattern();
}
