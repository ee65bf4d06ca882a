using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The key <c>devices</c>.</summary>
internal static class DeviceKeys
{
    private static readonly Dictionary<string, Func<DeviceSpec, Field, DeviceSpec>> LongForm = new()
    {
        ["source"] = (device, field) => device with { Source = field.Text() ?? "" },
        ["target"] = (device, field) => device with { Target = field.Text() ?? "" },
        ["permissions"] = (device, field) => device with { Access = field.Text() ?? "" },
    };

    public static ImmutableArray<DeviceSpec> Read(Field field)
    {
        var result = ImmutableArray.CreateBuilder<DeviceSpec>();
        foreach (var item in field.Items())
        {
            var device = item.Value is YamlMap
                ? item.Fold(new DeviceSpec(""), LongForm, Refusals.None)
                : Short(item);
            if (device is not null && IsRight(device, item)) result.Add(device);
        }

        return result.ToImmutable();
    }

    /// <summary><c>SOURCE[:TARGET][:ACCESS]</c></summary>
    private static DeviceSpec? Short(Field item) => item.Text()?.Split(':') switch
    {
        null => null,
        [var only] => new DeviceSpec(only),
        [var source, ['/', ..] and var target] => new DeviceSpec(source, target),
        [var source, var access] => new DeviceSpec(source, "", access),
        [var source, var target, var access] => new DeviceSpec(source, target, access),
        _ => new DeviceSpec(""),
    };

    private static bool IsRight(DeviceSpec device, Field item)
    {
        if (device.Source is not ['/', ..] || device.Target is not ("" or ['/', ..]))
            item.Refuse("a device is a path of the host, as /dev/fuse or /dev/fuse:/dev/mine:rw");
        else if (device.Access.Any(letter => letter is not ('r' or 'w' or 'm')))
            item.Refuse($"the access '{device.Access}' is not of r, w and m");
        else return true;
        return false;
    }
}
