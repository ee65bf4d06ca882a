using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core.Containers;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Bundles;

/// <summary>The devices of this host, for containers that may use them all.</summary>
internal static class HostDevices
{
    /// <summary>What crun makes itself, or has to be the container's own.</summary>
    private static readonly ImmutableHashSet<string> Own =
        ["console", "null", "zero", "full", "tty", "random", "urandom", "ptmx"];

    public static ImmutableArray<HostDevice> Find() => [.. Find("/sys/dev/char", 'c'), .. Find("/sys/dev/block", 'b')];

    /// <summary>Looks up the devices that a container asks for.</summary>
    /// <exception cref="ContainerException">One is not there, or is no device.</exception>
    public static IEnumerable<HostDevice> Choose(ImmutableArray<DeviceSpec> wanted) => wanted.SelectMany(device =>
    {
        if (device.Source is not ['/', ..]) throw Invalid($"device \"{device.Source}\" is not a full path");
        if (device.Access.Any(letter => letter is not ('r' or 'w' or 'm')))
            throw Invalid($"device {device.Source}: access '{device.Access}' is not of r, w and m");
        var target = device.Target.Length > 0 ? device.Target : device.Source;
        if (target is not ['/', ..]) throw Invalid($"device {device.Source}: {target} is not a full path");
        var found = Directory.Exists(device.Source)
            ? Directory.GetFileSystemEntries(device.Source, "*", SearchOption.AllDirectories)
                .Where(path => StatusOf(path) is { IsDevice: true })
                .Select(path => (path, target + path[device.Source.Length..]))
            : [(device.Source, target)];
        return found.Select(pair => Of(pair.Item1, pair.Item2, device.Access.Length > 0 ? device.Access : "rwm"));
    });

    private static HostDevice Of(string path, string target, string access)
    {
        var status = StatusOf(path)
            ?? throw Invalid($"error gathering device information for {path}: no such file or directory");
        if (!status.IsDevice) throw Invalid($"{path} is not a device");
        return new HostDevice(
            target, status.Kind == FileKind.BlockDevice ? 'b' : 'c', (int)status.Represents.Major,
            (int)status.Represents.Minor, access)
        {
            Mode = status.Mode,
            UserId = status.UserId,
            GroupId = status.GroupId,
        };
    }

    private static FileStatus? StatusOf(string path)
    {
        if (!File.Exists(path)) return null;
        // A link of the host, as those udev makes, stands for the device.
        var whole = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        using var folder = Folder.Open(Path.GetDirectoryName(whole) ?? "/");
        return folder.Status(System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(whole)));
    }

    private static ContainerException Invalid(string message) => new(ContainerFault.Invalid, message);

    private static IEnumerable<HostDevice> Find(string folder, char kind)
    {
        foreach (var link in Directory.GetDirectories(folder))
        {
            var events = Path.Join(link, "uevent");
            if (!File.Exists(events)) continue;
            var name = File.ReadLines(events)
                .FirstOrDefault(line => line.StartsWith("DEVNAME=", StringComparison.Ordinal));
            if (name is null || Own.Contains(name["DEVNAME=".Length..])) continue;
            var path = "/dev/" + name["DEVNAME=".Length..];
            var numbers = Path.GetFileName(link).Split(':');
            if (StatusOf(path) is not { } status) continue;
            yield return new HostDevice(
                path, kind, int.Parse(numbers[0], CultureInfo.InvariantCulture),
                int.Parse(numbers[1], CultureInfo.InvariantCulture))
            {
                Mode = status.Mode,
                UserId = status.UserId,
                GroupId = status.GroupId,
            };
        }
    }
}
