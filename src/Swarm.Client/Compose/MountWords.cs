using System.Globalization;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The short options of mounts: those of volumes and binds, and those of a tmpfs.</summary>
internal static class MountWords
{
    private static readonly string[] Propagations = ["rprivate", "private", "rshared", "shared", "rslave", "slave"];

    /// <summary>Options as <c>ro,nocopy</c>.</summary>
    public static MountSpec Read(MountSpec mount, string options, Field item)
    {
        var isBind = mount.Kind == MountKind.Bind;
        foreach (var option in options.Split(','))
        {
            switch (option)
            {
                case "ro": mount = mount with { ReadOnly = true }; break;
                case "rw": mount = mount with { ReadOnly = false }; break;
                case "nocopy" when !isBind: mount = mount with { NoCopy = true }; break;
                // Nothing is labelled here, and files are as consistent as they can be.
                case "z" or "Z" or "cached" or "consistent" or "delegated": break;
                case var word when isBind && Propagations.Contains(word):
                    mount = mount with { Propagation = word };
                    break;
                default:
                    item.Refuse($"the option '{option}' is not one of ro, rw, "
                        + (isBind ? string.Join(", ", Propagations) : "nocopy"));
                    break;
            }
        }

        return mount;
    }

    public static string? Propagation(Field field)
    {
        if (field.Text() is not { } word) return null;
        if (Propagations.Contains(word)) return word;
        field.Refuse($"'{word}' is not one of {string.Join(", ", Propagations)}");
        return null;
    }

    /// <summary>A folder of a volume: relative, and not out of it.</summary>
    public static string Subpath(Field field)
    {
        var path = field.Text() ?? "";
        if (path is ['/', ..] || path.Split('/').Contains(".."))
            field.Refuse($"'{path}' must be a path within the volume");
        return path;
    }

    /// <summary>Options as <c>size=64m,mode=1777,uid=7</c>.</summary>
    public static MountSpec Tmpfs(MountSpec mount, string options, Field item)
    {
        foreach (var option in options.Split(','))
        {
            mount = option.Split('=', 2) switch
            {
                ["size", var size] when Percent(size) => mount with { Options = mount.Options.Add(option) },
                ["size", var size] when Formats.Size(size) is { } bytes => mount with { Size = bytes },
                ["mode", var mode] when MountKeys.Octal(mode) is { } bits => mount with { Mode = bits },
                ["rw"] => mount with { ReadOnly = false },
                ["ro"] => mount with { ReadOnly = true },
                [var word] when TmpfsOptions.IsUsual(word) => mount,
                not ["size" or "mode", ..] when TmpfsOptions.IsKnown(option) =>
                    mount with { Options = mount.Options.Add(option) },
                _ => Refused(mount, item, option),
            };
        }

        return mount;
    }

    private static bool Percent(string size) =>
        size.EndsWith('%') && byte.TryParse(size[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var share)
            && share is > 0 and <= 100;

    private static MountSpec Refused(MountSpec mount, Field item, string option)
    {
        item.Refuse($"the option '{option}' is unknown or malformed: write size=64m, mode=1777, uid=7, exec, ro or rw");
        return mount;
    }
}
