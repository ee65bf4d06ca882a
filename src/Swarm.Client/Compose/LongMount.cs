using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Client.Compose;

/// <summary>One entry of <c>volumes</c> in the long form.</summary>
internal sealed record LongMount
{
    private MountKind? Kind { get; init; }

    private string? Source { get; init; }

    private string? Target { get; init; }

    private bool ReadOnly { get; init; }

    private bool CreateSource { get; init; } = true;

    private Bytes Size { get; init; }

    private int? Mode { get; init; }

    private string Propagation { get; init; } = "";

    private bool NonRecursive { get; init; }

    private ReadOnlyDepth Depth { get; init; }

    private bool NoCopy { get; init; }

    private string Subpath { get; init; } = "";

    private ImmutableSortedDictionary<string, string> Labels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    private Field? BindOptions { get; init; }

    private Field? TmpfsOptions { get; init; }

    private Field? VolumeOptions { get; init; }

    private static Dictionary<string, Func<LongMount, Field, LongMount>> BindKeys { get; } = new()
    {
        ["create_host_path"] = (mount, field) => mount with { CreateSource = field.Flag() ?? true },
        ["propagation"] = (mount, field) => mount with { Propagation = MountWords.Propagation(field) ?? "" },
        ["recursive"] = Recursive,

        // Nothing is labelled.
        ["selinux"] = (mount, field) => field.OneOf(("z", true), ("Z", true)) is null ? mount : mount,
    };

    private static Dictionary<string, Func<LongMount, Field, LongMount>> VolumeKeys { get; } = new()
    {
        ["nocopy"] = (mount, field) => mount with { NoCopy = field.Flag() ?? false },
        ["subpath"] = (mount, field) => mount with { Subpath = MountWords.Subpath(field) },
        ["labels"] = (mount, field) => mount with { Labels = KeyValues.Labels(field) },
    };

    private static Dictionary<string, Func<LongMount, Field, LongMount>> TmpfsKeys { get; } = new()
    {
        ["size"] = (mount, field) => mount with { Size = field.Size() ?? mount.Size },
        ["mode"] = (mount, field) => mount with { Mode = field.Parsed(MountKeys.Octal, "permission bits, as 1777") },
    };

    private static readonly Dictionary<string, Func<LongMount, Field, LongMount>> Keys = new()
    {
        ["type"] = (mount, field) => mount with { Kind = KindOf(field) ?? MountKind.Volume },
        ["source"] = (mount, field) => mount with { Source = field.Text() },
        ["target"] = (mount, field) => mount with { Target = field.Text() ?? "/refused" },
        ["read_only"] = (mount, field) => mount with { ReadOnly = field.Flag() ?? false },

        // Files are as consistent as they can be.
        ["consistency"] = (mount, field) =>
            field.OneOf(("consistent", true), ("cached", true), ("delegated", true)) is null ? mount : mount,
        ["bind"] = (mount, field) => field.Fold(mount with { BindOptions = field }, BindKeys, Refusals.None),
        ["volume"] =
            (mount, field) => field.Fold(mount with { VolumeOptions = field }, VolumeKeys, Refusals.None),
        ["tmpfs"] = (mount, field) => field.Fold(mount with { TmpfsOptions = field }, TmpfsKeys, Refusals.None),
    };

    /// <returns>Null when it was refused.</returns>
    public static MountSpec? Read(Field field, ComposeContext context)
    {
        var mount = field.Fold(new LongMount(), Keys, Refusals.Mount);
        if (mount.Kind is not { } kind)
        {
            field.Refuse("needs a type: volume, bind or tmpfs");
            return null;
        }

        if (mount.Target is null)
        {
            field.Refuse("needs a target");
            return null;
        }

        if (kind != MountKind.Bind) mount.BindOptions?.Refuse("belongs to a mount of type bind");
        if (kind != MountKind.Tmpfs) mount.TmpfsOptions?.Refuse("belongs to a mount of type tmpfs");
        if (kind != MountKind.Volume) mount.VolumeOptions?.Refuse("belongs to a mount of type volume");
        if (kind == MountKind.Bind && string.IsNullOrEmpty(mount.Source)) field.Refuse("needs a source");
        if (kind == MountKind.Tmpfs && mount.Source is not null) field.Refuse("a tmpfs has no source");
        if (mount.Subpath.Length > 0 && string.IsNullOrEmpty(mount.Source))
            field.Refuse("a volume without a name has no subpath");
        var begun = mount.Begin(kind, mount.Target, field, context);
        return begun with
        {
            ReadOnly = mount.ReadOnly,
            CreateSource = kind == MountKind.Bind && mount.CreateSource,
            Size = mount.Size,
            Mode = mount.Mode,
            Propagation = mount.Propagation,
            NonRecursive = mount.NonRecursive,
            ReadOnlyDepth = mount.Depth,
            NoCopy = mount.NoCopy,
            Subpath = mount.Subpath,
            VolumeLabels = begun.VolumeLabels.SetItems(mount.Labels),
        };
    }

    private MountSpec Begin(MountKind kind, string target, Field field, ComposeContext context) => kind switch
    {
        MountKind.Volume when !string.IsNullOrEmpty(Source) => MountKeys.OfVolume(Source, target, field, context),
        MountKind.Bind when !string.IsNullOrEmpty(Source) =>
            new MountSpec(kind, MountKeys.HostPath(Source, context), target),
        _ => new MountSpec(kind, "", target),
    };

    /// <remarks>As Docker's: what is mounted below the source is read-only, too, unless that is not wanted.</remarks>
    private static LongMount Recursive(LongMount mount, Field field) => field.Text() switch
    {
        null => mount,
        "enabled" or "readonly" => mount,
        "disabled" => mount with { NonRecursive = true },
        "writable" => mount with { Depth = ReadOnlyDepth.Top },
        var word => Refused(mount, field, $"'{word}' is not one of enabled, disabled, writable, readonly"),
    };

    private static LongMount Refused(LongMount mount, Field field, string why)
    {
        field.Refuse(why);
        return mount;
    }

    private static MountKind? KindOf(Field field) =>
        field.OneOf(("volume", MountKind.Volume), ("bind", MountKind.Bind), ("tmpfs", MountKind.Tmpfs));
}
