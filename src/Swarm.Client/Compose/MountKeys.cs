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
        foreach (var (text, item) in field.TextOrTexts())
        {
            var parts = text.Split(':', 2);
            var mount = new MountSpec(MountKind.Tmpfs, "", parts[0]);
            if (parts is [_, var options]) mount = MountWords.Tmpfs(mount, options, item);
            draft = Add(draft, mount, item);
        }

        return draft;
    }

    /// <summary>Permission bits as people write them.</summary>
    public static int? Octal(string text) =>
        text.Length is >= 1 and <= 5
            && text.All(c => c is >= '0' and <= '7')
            && Convert.ToInt32(text, 8) is <= 0xFFF and var bits ? bits : null;

    /// <summary>A mount of a volume that the file declares: by its name in the cluster, with what is said of it.
    /// </summary>
    public static MountSpec OfVolume(string name, string target, Field at, ComposeContext context)
    {
        if (context.Volumes.TryGetValue(name, out var known))
        {
            return new MountSpec(MountKind.Volume, known.Name!, target)
            {
                VolumeLabels = known.Labels,
                VolumeOptions = known.Options,
            };
        }

        at.Refuse($"the volume '{name}' is not declared under the file's volumes");
        return new MountSpec(MountKind.Volume, name, target);
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

        if (parts.Length == 1) return new MountSpec(MountKind.Volume, "", text);
        var source = parts[0];
        var mount = source[0] is '/' or '.' or '~'
            ? new MountSpec(MountKind.Bind, HostPath(source, context), parts[1]) { CreateSource = true }
            : OfVolume(source, parts[1], item, context);
        return parts is [_, _, var options] ? MountWords.Read(mount, options, item) : mount;
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
}
