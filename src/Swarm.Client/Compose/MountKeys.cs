using System.Collections.Immutable;
using Swarm.Client.Compose.Yaml;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>The keys <c>volumes</c> and <c>tmpfs</c> of a service.</summary>
internal static class MountKeys
{
    public static ServiceDraft Volumes(ServiceDraft draft, Field field)
    {
        foreach (var item in field.Items())
        {
            var mount = item.Value is YamlMap ? LongMount.Read(item, draft.Context) : Short(item, draft.Context);
            if (mount is not null) draft = Add(draft, mount, item);
        }

        return draft;
    }

    public static ServiceDraft Tmpfs(ServiceDraft draft, Field field)
    {
        var given = field.Value is YamlList ? field.Texts() : field.Text() is { } one ? [(one, field)] : [];
        foreach (var (text, item) in given)
        {
            var parts = text.Split(':', 2);
            var mount = new MountSpec(MountKind.Tmpfs, "", parts[0]);
            foreach (var option in parts.Length == 1 ? [] : parts[1].Split(','))
            {
                mount = option.Split('=', 2) switch
                {
                    ["size", var size] when Formats.Size(size) is { } bytes => mount with { Size = bytes },
                    ["mode", var mode] when Octal(mode) is { } bits => mount with { Mode = bits },
                    ["rw"] => mount,
                    ["ro"] => mount with { ReadOnly = true },
                    _ => RefuseOption(mount, item, option),
                };
            }

            draft = Add(draft, mount, item);
        }

        return draft;
    }

    /// <summary>Permission bits as people write them.</summary>
    public static int? Octal(string text) =>
        text.Length is >= 1 and <= 5
            && text.All(c => c is >= '0' and <= '7')
            && Convert.ToInt32(text, 8) is <= 0xFFF and var bits ? bits : null;

    /// <summary>The name in the cluster of a volume that the file declares.</summary>
    public static string NamedVolume(string name, Field at, ComposeContext context)
    {
        if (context.Volumes.TryGetValue(name, out var known)) return known;
        at.Refuse($"the volume '{name}' is not declared under the file's volumes");
        return name;
    }

    /// <summary>A path of the host, made whole.</summary>
    public static string HostPath(string path, ComposeContext context) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal)
            ? Path.GetFullPath("." + path[1..], context.Environment.GetValueOrDefault("HOME", "/"))
            : Path.GetFullPath(path, context.Folder);

    private static MountSpec? Short(Field item, ComposeContext context)
    {
        if (item.Text() is not { } text) return null;
        var parts = text.Split(':');
        if (parts is [""] or ["", ..] or [_, "", ..] or { Length: > 3 })
        {
            item.Refuse($"'{text}' is not a mount; write it as SOURCE:TARGET or SOURCE:TARGET:ro");
            return null;
        }

        var isReadOnly = parts.Length == 3 && Options(parts[2], item);
        if (parts.Length == 1) return new MountSpec(MountKind.Volume, "", text);
        var source = parts[0];
        return source[0] is '/' or '.' or '~'
            ? new MountSpec(MountKind.Bind, HostPath(source, context), parts[1], isReadOnly) { CreateSource = true }
            : new MountSpec(MountKind.Volume, NamedVolume(source, item, context), parts[1], isReadOnly);
    }

    private static bool Options(string options, Field item)
    {
        var isReadOnly = false;
        foreach (var option in options.Split(','))
        {
            if (option == "ro") isReadOnly = true;
            else if (option != "rw") item.Refuse($"the option '{option}' is not supported yet: only ro and rw are");
        }

        return isReadOnly;
    }

    private static ServiceDraft Add(ServiceDraft draft, MountSpec mount, Field item)
    {
        if (!mount.Target.StartsWith('/') || mount.Target.Split('/').Contains(".."))
            item.Refuse($"the target '{mount.Target}' must be an absolute path");
        else if (mount.Target.Trim('/').Length == 0) item.Refuse("the target must not be the root");
        else if (draft.Container.Mounts.Any(other => other.Target.TrimEnd('/') == mount.Target.TrimEnd('/')))
            item.Refuse($"the target '{mount.Target}' is taken by another mount");
        else return draft.With(container => container with { Mounts = container.Mounts.Add(mount) });

        return draft;
    }

    private static MountSpec RefuseOption(MountSpec mount, Field item, string option)
    {
        item.Refuse($"the option '{option}' is not supported yet or malformed: write size=64m, mode=1777, ro or rw");
        return mount;
    }
}
