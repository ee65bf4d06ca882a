using Swarm.Api.Http;
using Swarm.Core.Containers;

namespace Swarm.Api.Volumes;

/// <summary>One of <c>Binds</c>: <c>SOURCE:TARGET[:OPTION,...]</c>, or a target alone for a volume without a name.
/// </summary>
internal static class BindReading
{
    /// <summary>What Docker shows as the mode of a volume for which none was given.</summary>
    public const string VolumeMode = "z";

    private static readonly string[] Propagations = ["private", "rprivate", "rshared", "rslave", "shared", "slave"];

    /// <exception cref="ApiException">It is none.</exception>
    public static MountSpec Read(string text)
    {
        var (source, target, mode) = text.Split(':') switch
        {
            [var only] => ("", only, ""),
            [not "" and var from, var to] => (from, to, ""),
            [not "" and var from, var to, var how] => (from, to, how),
            _ => throw MountReading.Invalid($"invalid volume specification: '{text}'"),
        };
        MountReading.CheckTarget(target, text);
        var isBind = source is ['/', ..];
        var mount = isBind
            ? new MountSpec(MountKind.Bind, source, target) { CreateSource = true, Words = mode }
            : new MountSpec(MountKind.Volume, source, target) { Words = mode.Length > 0 ? mode : VolumeMode };
        var options = mode.Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (options.GroupBy(KindOf).Any(kind => kind.Count() > 1)) throw MountReading.Invalid($"invalid mode: {mode}");
        foreach (var option in options)
        {
            mount = option switch
            {
                "ro" => mount with { ReadOnly = true },
                // Without SELinux there is nothing to label; and files are as consistent as they can be.
                "rw" or "z" or "Z" or "cached" or "consistent" or "delegated" => mount,
                "nocopy" when !isBind => mount with { NoCopy = true },
                _ when isBind && Propagations.Contains(option) => mount with { Propagation = option },
                _ => throw MountReading.Invalid($"invalid mode: {mode}"),
            };
        }

        return mount;
    }

    /// <summary>Of each kind there is one at most.</summary>
    private static string KindOf(string option) => option switch
    {
        "ro" or "rw" => "access",
        "z" or "Z" => "label",
        _ when Propagations.Contains(option) => "propagation",
        _ => option,
    };
}
