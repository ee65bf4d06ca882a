using System.Collections.Immutable;
using Nerdbank.MessagePack;

namespace Swarm.Core.Containers;

public enum MountKind
{
    /// <summary>A named volume; with an empty source an anonymous one.</summary>
    Volume = 0,

    /// <summary>A path of the host.</summary>
    Bind = 1,

    /// <summary>Memory, gone with the container.</summary>
    Tmpfs = 2,

    /// <summary>The files of an image, for reading only.</summary>
    Image = 3,
}

/// <summary>How deep a read-only mount is read-only, where others are mounted below its source.</summary>
public enum ReadOnlyDepth
{
    /// <summary>All of it.</summary>
    All = 0,

    /// <summary>Only what is mounted at the place itself.</summary>
    Top = 1,
}

/// <summary>One file system of a container beyond its root.</summary>
public sealed record MountSpec(
    [property: Key(0)] MountKind Kind,
    [property: Key(1)] string Source,
    [property: Key(2)] string Target,
    [property: Key(3)] bool ReadOnly = false)
{
    /// <summary>Size limit of a tmpfs; zero means none.</summary>
    [Key(4)] public Bytes Size { get; init; }

    /// <summary>Permission bits of a tmpfs; null means 1777.</summary>
    [Key(5)] public int? Mode { get; init; }

    /// <summary>Whether a missing bind source is made, as a folder (the short syntax), or is an error.</summary>
    [Key(6)] public bool CreateSource { get; init; }

    /// <summary><c>rprivate</c> (also when empty), <c>private</c>, <c>rshared</c>, <c>shared</c>, <c>rslave</c> or
    /// <c>slave</c>: whether mounts made below it later are seen on the other side.</summary>
    [Key(7)] public string Propagation { get; init; } = "";

    /// <summary>Folder of a volume that is mounted instead of all of it; it must exist.</summary>
    [Key(8)] public string Subpath { get; init; } = "";

    /// <summary>Whether a new volume begins empty, and not with what the image has at the place.</summary>
    [Key(9)] public bool NoCopy { get; init; }

    /// <summary>Whether mounts below a bind source stay away.</summary>
    [Key(10)] public bool NonRecursive { get; init; }

    /// <summary>Options of a tmpfs beside its size and mode, as <c>exec</c>, <c>uid=7</c>.</summary>
    [Key(11)] public ImmutableArray<string> Options { get; init; } = [];

    /// <summary>Labels of a volume that is made for it.</summary>
    [Key(12)]
    public ImmutableSortedDictionary<string, string> VolumeLabels { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Options of the driver for a volume that is made for it: <c>type</c>, <c>device</c>, <c>o</c>.
    /// </summary>
    [Key(13)]
    public ImmutableSortedDictionary<string, string> VolumeOptions { get; init; } =
        ImmutableSortedDictionary<string, string>.Empty;

    [Key(14)] public ReadOnlyDepth ReadOnlyDepth { get; init; }

    /// <summary>The words in which it was asked for, as <c>ro,z</c>, for those who show it.</summary>
    [Key(15)] public string Words { get; init; } = "";
}
