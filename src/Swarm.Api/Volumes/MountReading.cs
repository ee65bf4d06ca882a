using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Swarm.Api.Http;
using Swarm.Core.Containers;

namespace Swarm.Api.Volumes;

/// <summary>File systems of a container: <c>Binds</c>, <c>Mounts</c>, <c>Tmpfs</c> and <c>Volumes</c>.</summary>
internal static class MountReading
{
    /// <exception cref="ApiException">What cannot be, or is not supported, named.</exception>
    public static ImmutableArray<MountSpec> Read(JsonFields config, JsonFields host)
    {
        var mounts = ImmutableArray.CreateBuilder<MountSpec>();
        mounts.AddRange((host.Words("Binds") ?? []).Select(BindReading.Read));
        mounts.AddRange(host.Objects("Mounts").Select(MountObjectReading.Read));
        var tmpfs = host.Object("Tmpfs");
        mounts.AddRange(tmpfs.Names.Select(target => TmpfsReading.Read(target, tmpfs.Text(target))));
        foreach (var mount in mounts) CheckTarget(mount.Target, mount.Target);
        var taken = mounts.Select(mount => mount.Target.TrimEnd('/')).ToHashSet(StringComparer.Ordinal);
        foreach (var target in config.Object("Volumes").Names)
        {
            CheckTarget(target, target);
            if (taken.Add(target.TrimEnd('/'))) mounts.Add(new MountSpec(MountKind.Volume, "", target));
        }

        return mounts.ToImmutable();
    }

    /// <param name="whole">The text in which it stands, for the error.</param>
    public static void CheckTarget(string target, string whole)
    {
        if (target is not ['/', ..])
        {
            throw Invalid(
                $"invalid volume specification: '{whole}': invalid mount config for type \"volume\": "
                + $"invalid mount path: '{target}' mount path must be absolute");
        }

        if (target.TrimEnd('/').Length == 0)
            throw Invalid($"invalid volume specification: '{whole}': invalid specification: destination can't be '/'");
    }

    public static ApiException Invalid(string message) => new(StatusCodes.Status400BadRequest, message);
}
