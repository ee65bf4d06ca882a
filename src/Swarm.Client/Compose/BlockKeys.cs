using System.Collections.Immutable;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The key <c>blkio_config</c>.</summary>
internal static class BlockKeys
{
    private const int LeastWeight = 10;
    private const int MostWeight = 1000;

    private static readonly Dictionary<string, Func<ContainerSpec, Field, ContainerSpec>> Keys = new()
    {
        ["weight"] = (container, field) => container with
        {
            Limits = container.Limits with { BlockWeight = (int)(field.Number(LeastWeight, MostWeight) ?? 0) },
        },
        ["weight_device"] = Weigh,
        ["device_read_bps"] = (container, field) => Slow(container, field, BlockThrottleKind.ReadBytes),
        ["device_write_bps"] = (container, field) => Slow(container, field, BlockThrottleKind.WriteBytes),
        ["device_read_iops"] = (container, field) => Slow(container, field, BlockThrottleKind.ReadOperations),
        ["device_write_iops"] = (container, field) => Slow(container, field, BlockThrottleKind.WriteOperations),
    };

    public static ContainerSpec Read(ContainerSpec container, Field field) =>
        field.Fold(container, Keys, Refusals.None);

    private static ContainerSpec Weigh(ContainerSpec container, Field field)
    {
        var weights = ImmutableArray.CreateBuilder<DeviceWeight>();
        foreach (var item in field.Items())
        {
            var weight = item.Fold(new DeviceWeight("", 0), Weights, Refusals.None);
            if (weight.Path is not ['/', ..]) item.Refuse("needs a path, as /dev/sda");
            else if (weight.Weight == 0) item.Refuse("needs a weight");
            else weights.Add(weight);
        }

        return container with { DeviceWeights = container.DeviceWeights.AddRange(weights) };
    }

    private static ContainerSpec Slow(ContainerSpec container, Field field, BlockThrottleKind kind)
    {
        var throttles = ImmutableArray.CreateBuilder<BlockThrottle>();
        foreach (var item in field.Items())
        {
            var isBytes = kind is BlockThrottleKind.ReadBytes or BlockThrottleKind.WriteBytes;
            var throttle = item.Fold(new BlockThrottle(kind, "", 0), isBytes ? Bytes : Operations, Refusals.None);
            if (throttle.Path is not ['/', ..]) item.Refuse("needs a path, as /dev/sda");
            else if (throttle.Rate <= 0) item.Refuse("needs a rate above 0");
            else throttles.Add(throttle);
        }

        return container with { BlockThrottles = container.BlockThrottles.AddRange(throttles) };
    }

    private static Dictionary<string, Func<DeviceWeight, Field, DeviceWeight>> Weights { get; } = new()
    {
        ["path"] = (weight, field) => weight with { Path = field.Text() ?? "" },
        ["weight"] = (weight, field) => weight with { Weight = (int)(field.Number(LeastWeight, MostWeight) ?? 1) },
    };

    private static Dictionary<string, Func<BlockThrottle, Field, BlockThrottle>> Bytes { get; } = new()
    {
        ["path"] = (throttle, field) => throttle with { Path = field.Text() ?? "" },
        ["rate"] = (throttle, field) => throttle with { Rate = field.Size()?.Value ?? 1 },
    };

    private static Dictionary<string, Func<BlockThrottle, Field, BlockThrottle>> Operations { get; } = new()
    {
        ["path"] = (throttle, field) => throttle with { Path = field.Text() ?? "" },
        ["rate"] = (throttle, field) => throttle with { Rate = field.Number(1, long.MaxValue) ?? 1 },
    };
}
