using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core;
using Swarm.Core.Containers;

namespace Swarm.Api.Volumes;

/// <summary>One of <c>Mounts</c>.</summary>
internal static class MountObjectReading
{
    private static readonly (string Field, string Kind)[] Options =
        [("BindOptions", "bind"), ("VolumeOptions", "volume"), ("TmpfsOptions", "tmpfs"), ("ImageOptions", "image")];

    /// <exception cref="ApiException">It cannot be; in Docker's words.</exception>
    public static MountSpec Read(JsonFields mount)
    {
        var kind = mount.Text("Type");
        var (source, target) = (mount.Text("Source"), mount.Text("Target"));
        if (target.Length == 0) throw Wrong(kind, "field Target must not be empty");
        if (target[0] != '/') throw Wrong(kind, $"invalid mount path: '{target}' mount path must be absolute");
        foreach (var (field, owner) in Options)
        {
            if (owner != kind && IsSaid(field)) throw Wrong(kind, $"field {field} must not be specified");
        }

        // As by Docker, those of binds are refused of others also where they say nothing, and so are those of volumes
        // of binds.
        bool IsSaid(string field) => field == "BindOptions" || (field == "VolumeOptions" && kind == "bind")
            ? mount.Has(field)
            : !mount.IsDefault(field);

        var isReadOnly = mount.Flag("ReadOnly");
        return kind switch
        {
            "bind" => Bind(mount.Object("BindOptions"), new MountSpec(MountKind.Bind, source, target, isReadOnly)),
            "volume" => Volume(
                mount.Object("VolumeOptions"), new MountSpec(MountKind.Volume, source, target, isReadOnly)),
            "tmpfs" => Tmpfs(mount.Object("TmpfsOptions"), new MountSpec(MountKind.Tmpfs, source, target, isReadOnly)),
            "image" => Image(mount.Object("ImageOptions"), new MountSpec(MountKind.Image, source, target, true)),
            "cluster" => throw new ApiException(
                StatusCodes.Status501NotImplemented,
                $"a mount of type {kind} is not supported by this version of Swarm"),
            _ => throw Wrong(kind, "mount type unknown"),
        };
    }

    private static MountSpec Bind(JsonFields options, MountSpec mount)
    {
        if (mount.Source.Length == 0) throw Wrong("bind", "field Source must not be empty");
        if (mount.Source[0] != '/')
            throw Wrong("bind", $"invalid mount path: '{mount.Source}' mount path must be absolute");
        var isTopOnly = options.Flag("ReadOnlyNonRecursive");
        if (isTopOnly && options.Flag("ReadOnlyForceRecursive"))
            throw Wrong("bind", "ReadOnlyNonRecursive and ReadOnlyForceRecursive are mutually exclusive");
        return mount with
        {
            CreateSource = options.Flag("CreateMountpoint"),
            Propagation = options.Text("Propagation"),
            NonRecursive = options.Flag("NonRecursive"),
            ReadOnlyDepth = isTopOnly ? ReadOnlyDepth.Top : ReadOnlyDepth.All,
        };
    }

    private static MountSpec Volume(JsonFields options, MountSpec mount)
    {
        var driver = options.Object("DriverConfig");
        VolumeReading.CheckDriver(driver.Text("Name"), mount.Source);
        var subpath = CheckSubpath("volume", options.Text("Subpath"));
        if (subpath.Length > 0 && mount.Source.Length == 0)
            throw Wrong("volume", "must not set Subpath when using anonymous volumes");
        return mount with
        {
            NoCopy = options.Flag("NoCopy"),
            Subpath = subpath,
            VolumeLabels = options.Texts("Labels"),
            VolumeOptions = driver.Texts("Options"),
            Words = BindReading.VolumeMode,
        };
    }

    private static MountSpec Image(JsonFields options, MountSpec mount)
    {
        if (mount.Source.Length == 0) throw Wrong("image", "field Source must not be empty");
        return mount with { Subpath = CheckSubpath("image", options.Text("Subpath")) };
    }

    private static string CheckSubpath(string kind, string subpath) =>
        subpath.Split('/').Contains("..") || subpath is ['/', ..]
            ? throw Wrong(kind, $"subpath must be a relative path within the {kind}: {subpath}")
            : subpath;

    private static MountSpec Tmpfs(JsonFields options, MountSpec mount)
    {
        if (mount.Source.Length > 0) throw Wrong("tmpfs", "field Source must not be specified");
        if (options.Number("SizeBytes") is < 0 and var size)
            throw Wrong("tmpfs", $"field TmpfsOptions.SizeBytes must not be negative: {size}");
        return mount with
        {
            Size = new Bytes(options.Number("SizeBytes")),
            Mode = options.Number("Mode") is > 0 and <= 0xfff and var mode ? (int)mode : null,
            Options = [.. Pairs(options, "Options").Select(option => TmpfsReading.Check(mount.Target, option))],
        };
    }

    /// <summary>A list of lists of one word, or of two: a name and its value.</summary>
    private static ImmutableArray<string> Pairs(JsonFields options, string name) => options.Find(name) switch
    {
        null => [],
        JsonArray list => [.. list.Select(item => item is JsonArray { Count: 1 or 2 } words
            ? string.Join('=', words.Select(word => word?.ToString() ?? ""))
            : throw MountReading.Invalid("invalid option array length"))],
        _ => throw MountReading.Invalid($"invalid JSON: {options.PathOf(name)} must be a list of lists"),
    };

    private static ApiException Wrong(string kind, string what) =>
        MountReading.Invalid($"invalid mount config for type \"{kind}\": {what}");
}
