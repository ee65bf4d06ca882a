using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Api.Containers;

/// <summary>File systems of a container: <c>Binds</c>, <c>Mounts</c>, <c>Tmpfs</c> and <c>Volumes</c>.</summary>
internal static class MountReading
{
    /// <exception cref="ApiException">What cannot be, or is not supported, named.</exception>
    public static ImmutableArray<MountSpec> Read(JsonFields config, JsonFields host)
    {
        var mounts = ImmutableArray.CreateBuilder<MountSpec>();
        mounts.AddRange((host.Words("Binds") ?? []).Select(ReadBind));
        mounts.AddRange(host.Objects("Mounts").Select(ReadMount));
        var tmpfs = host.Object("Tmpfs");
        mounts.AddRange(tmpfs.Names.Select(target => ReadTmpfs(target, tmpfs.Text(target))));
        var taken = mounts.Select(mount => mount.Target.TrimEnd('/')).ToHashSet(StringComparer.Ordinal);
        mounts.AddRange(config.Object("Volumes").Names
            .Where(target => !taken.Contains(target.TrimEnd('/')))
            .Select(target => new MountSpec(MountKind.Volume, "", target)));
        return mounts.ToImmutable();
    }

    /// <summary><c>SOURCE:TARGET[:OPTION,...]</c>, or a target alone for a volume without a name.</summary>
    private static MountSpec ReadBind(string text)
    {
        var (source, target, options) = text.Split(':') switch
        {
            [var only] => ("", only, ""),
            [var from, var to] => (from, to, ""),
            [var from, var to, var how] => (from, to, how),
            _ => throw Invalid($"invalid volume specification: '{text}'"),
        };
        if (target.Length == 0 || target[0] != '/')
            throw Invalid($"invalid volume specification: '{text}': mount path must be absolute");
        var isReadOnly = false;
        foreach (var option in options.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (option)
            {
                case "ro": isReadOnly = true; break;
                // Without SELinux there is nothing to label, and propagation out of the container is private.
                case "rw" or "z" or "Z" or "rprivate" or "private" or "cached" or "consistent" or "delegated": break;
                default: throw Unsupported($"the mount option {option} of '{text}'");
            }
        }

        return source is ['/', ..]
            ? new MountSpec(MountKind.Bind, source, target, isReadOnly) { CreateSource = true }
            : new MountSpec(MountKind.Volume, source, target, isReadOnly);
    }

    private static MountSpec ReadMount(JsonFields mount)
    {
        var (source, target) = (mount.Text("Source"), mount.Text("Target"));
        if (target.Length == 0) throw Invalid("invalid mount config: field Target must not be empty");
        var isReadOnly = mount.Flag("ReadOnly");
        switch (mount.Text("Type"))
        {
            case "bind":
                if (source.Length == 0) throw Invalid("invalid mount config for type \"bind\": no Source");
                var bind = mount.Object("BindOptions");
                if (bind.Text("Propagation") is not ("" or "rprivate" or "private") and var propagation)
                    throw Unsupported($"{bind.PathOf("Propagation")} = {propagation}");
                return new MountSpec(MountKind.Bind, source, target, isReadOnly)
                {
                    CreateSource = bind.Flag("CreateMountpoint"),
                };
            case "volume":
                var volume = mount.Object("VolumeOptions");
                foreach (var name in volume.Names.Where(name => name != "Labels" && !volume.IsDefault(name)))
                    RefuseVolumeOption(volume, name);
                return new MountSpec(MountKind.Volume, source, target, isReadOnly);
            case "tmpfs":
                var tmpfs = mount.Object("TmpfsOptions");
                return new MountSpec(MountKind.Tmpfs, "", target, isReadOnly)
                {
                    Size = new Bytes(tmpfs.Number("SizeBytes")),
                    Mode = tmpfs.Has("Mode") && tmpfs.Number("Mode") != 0 ? (int)tmpfs.Number("Mode") : null,
                };
            case var kind: throw Unsupported($"a mount of type {kind}");
        }
    }

    private static void RefuseVolumeOption(JsonFields volume, string name)
    {
        var driver = volume.Object("DriverConfig");
        if (name == "DriverConfig" && driver.Text("Name") is "" or "local" && driver.IsDefault("Options")) return;
        throw Unsupported($"{volume.PathOf(name)}");
    }

    private static MountSpec ReadTmpfs(string target, string options)
    {
        var mount = new MountSpec(MountKind.Tmpfs, "", target);
        foreach (var option in options.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            mount = option.Split('=') switch
            {
                ["size", var size] => mount with { Size = ParseSize(option, size) },
                ["mode", var mode] => mount with { Mode = ParseMode(option, mode) },
                ["ro"] => mount with { ReadOnly = true },
                ["rw" or "noexec" or "nosuid" or "nodev"] => mount,
                _ => throw Unsupported($"the tmpfs option {option} of {target}"),
            };
        }

        return mount;
    }

    private static Bytes ParseSize(string option, string text)
    {
        var unit = char.ToLowerInvariant(text.LastOrDefault()) switch { 'k' => 10, 'm' => 20, 'g' => 30, _ => 0 };
        return long.TryParse(
            unit == 0 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < 1L << 32
            ? new Bytes(number << unit)
            : throw Invalid($"invalid tmpfs option {option}");
    }

    private static int ParseMode(string option, string text)
    {
        try
        {
            return Convert.ToInt32(text, 8) & 0b1_111_111_111_111;
        }
        catch (Exception wrong) when (wrong is FormatException or OverflowException or ArgumentException)
        {
            throw Invalid($"invalid tmpfs option {option}");
        }
    }

    private static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);

    private static ApiException Unsupported(string what) =>
        new(StatusCodes.Status501NotImplemented, $"{what} is not supported by this version of Swarm");
}
