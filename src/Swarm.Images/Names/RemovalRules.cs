using System.Collections.Immutable;
using Swarm.Core;
using Swarm.Core.Images;

namespace Swarm.Images.Names;

/// <summary>A container that lies on an image.</summary>
internal sealed record ImageUser(ContainerId Container, bool IsRunning);

/// <summary>What of an image goes.</summary>
/// <param name="Deletes">Whether the image itself goes with its last name.</param>
/// <param name="Refusal">Why nothing goes; null when something does.</param>
internal sealed record RemovalPlan(ImmutableArray<ImageReference> Untagged, bool Deletes, string? Refusal = null)
{
    public static RemovalPlan Refuse(string why) => new([], Deletes: false, why);
}

/// <summary>What is known of an image that is to be removed.</summary>
/// <param name="Names">All that it has.</param>
internal sealed record ImageState(ImmutableArray<ImageReference> Names, ImmutableArray<ImageUser> Users)
{
    /// <summary>A container is about to be made of it.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Another image was built from it here.</summary>
    public bool IsBuiltUpon { get; init; }
}

/// <summary>What becomes of an image that is to be removed, by Docker's rules and in its words.</summary>
internal static class RemovalRules
{
    /// <param name="name">The name by which it is removed; null when it is by its id.</param>
    public static RemovalPlan Decide(Digest image, ImageReference? name, bool force, ImageState state)
    {
        var isSingle = IsSingle(state.Names);
        if (name is not null && isSingle && !force && !state.Users.IsEmpty)
        {
            return RemovalPlan.Refuse(
                $"conflict: unable to remove repository reference \"{name.Familiar}\" (must force) - container "
                + $"{state.Users[0].Container.Short} is using its referenced image {Short(image)}");
        }

        if (name is null && !isSingle && !force)
        {
            // What no force helps against is said first.
            return FindConflict(image, force: true, state)
                ?? Conflict(image, "must be forced", "image is referenced in multiple repositories");
        }

        var untagged = name is null ? state.Names : WithDigests(name, state.Names);
        if (untagged.Length < state.Names.Length) return new RemovalPlan(untagged, Deletes: false);
        if (FindConflict(image, force, state) is not { } conflict) return new RemovalPlan(untagged, Deletes: true);
        // Who says a name means the name: what is used loses that alone.
        return name is null || state.IsHeld ? conflict : new RemovalPlan(untagged, Deletes: false);
    }

    private static RemovalPlan? FindConflict(Digest image, bool force, ImageState state)
    {
        if (state.Users.FirstOrDefault(user => user.IsRunning) is { } running)
        {
            return Conflict(
                image, "cannot be forced", $"image is being used by running container {running.Container.Short}");
        }

        if (state.IsHeld)
            return Conflict(image, "cannot be forced", "image is being used by a container that is being made");
        if (state.IsBuiltUpon) return Conflict(image, "cannot be forced", "image has dependent child images");
        return !force && state.Users.FirstOrDefault() is { } stopped
            ? Conflict(
                image, "must be forced", $"image is being used by stopped container {stopped.Container.Short}")
            : null;
    }

    // With the last tag of a repository go the digests by which it is known there.
    private static ImmutableArray<ImageReference> WithDigests(
        ImageReference name, ImmutableArray<ImageReference> names)
    {
        if (name.Tag is null
            || names.Any(other => other.Tag is not null && other != name && other.Repository == name.Repository))
        {
            return [name];
        }

        return [name, .. names.Where(other => other.Tag is null && other.Repository == name.Repository)];
    }

    // One tag at most, and nothing of another repository.
    private static bool IsSingle(ImmutableArray<ImageReference> names) =>
        names.Count(name => name.Tag is not null) <= 1
        && names.Select(name => name.Repository).Distinct().Count() <= 1;

    private static RemovalPlan Conflict(Digest image, string force, string why) =>
        RemovalPlan.Refuse($"conflict: unable to delete {Short(image)} ({force}) - {why}");

    private static string Short(Digest image) => image.Hex[..12];
}
