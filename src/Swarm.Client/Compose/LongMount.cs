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

    private Field? BindOptions { get; init; }

    private Field? TmpfsOptions { get; init; }

    private Field? VolumeOptions { get; init; }

    private static Dictionary<string, Func<LongMount, Field, LongMount>> BindKeys { get; } = new()
    {
        ["create_host_path"] = (mount, field) => mount with { CreateSource = field.Flag() ?? true },
    };

    private static Dictionary<string, Func<LongMount, Field, LongMount>> VolumeKeys { get; } = [];

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
        ["bind"] = (mount, field) => field.Fold(mount with { BindOptions = field }, BindKeys, Refusals.MountOptions),
        ["volume"] =
            (mount, field) => field.Fold(mount with { VolumeOptions = field }, VolumeKeys, Refusals.MountOptions),
        ["tmpfs"] = (mount, field) => field.Fold(mount with { TmpfsOptions = field }, TmpfsKeys, Refusals.MountOptions),
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
        return new MountSpec(kind, mount.SourceFor(kind, field, context), mount.Target, mount.ReadOnly)
        {
            CreateSource = kind == MountKind.Bind && mount.CreateSource,
            Size = mount.Size,
            Mode = mount.Mode,
        };
    }

    private string SourceFor(MountKind kind, Field field, ComposeContext context) => kind switch
    {
        MountKind.Bind when !string.IsNullOrEmpty(Source) => MountKeys.HostPath(Source, context),
        MountKind.Volume when !string.IsNullOrEmpty(Source) => MountKeys.NamedVolume(Source, field, context),
        _ => "",
    };

    private static MountKind? KindOf(Field field) =>
        field.OneOf(("volume", MountKind.Volume), ("bind", MountKind.Bind), ("tmpfs", MountKind.Tmpfs));
}
