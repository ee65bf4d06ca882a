using System.Collections.Immutable;

namespace Swarm.Core.Builds;

/// <summary>Where <c>COPY</c> and <c>ADD</c> put what they take.</summary>
/// <remarks>https://docs.docker.com/reference/dockerfile/#copy</remarks>
public static class CopyPlan
{
    /// <param name="word">The instruction, for messages.</param>
    /// <param name="sources">What was found, wildcards resolved.</param>
    /// <param name="isFolder">Whether there is a folder at a path of the image.</param>
    /// <exception cref="DockerfileException">Several things, and a place for one only.</exception>
    public static ImmutableArray<PlannedCopy> Make(
        string word, ImmutableArray<CopySource> sources, string target, string workingFolder,
        Func<string, bool> isFolder)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(isFolder);
        var endsAsFolder = target.EndsWith('/') || target == "." || target.EndsWith("/.", StringComparison.Ordinal);
        if (sources.Length > 1 && !endsAsFolder)
        {
            throw new DockerfileException(
                $"When using {word} with more than one source file, the destination must be a directory and end "
                + "with a /");
        }

        var place = BuildPaths.From(workingFolder, target);
        return
        [
            .. sources.Select(source => source.Kind switch
            {
                CopyKind.Folder or CopyKind.Archive => new PlannedCopy(source, place),
                _ when endsAsFolder || isFolder(place) =>
                    new PlannedCopy(source, place == "/" ? $"/{source.Name}" : $"{place}/{source.Name}"),
                _ => new PlannedCopy(source, place),
            }),
        ];
    }
}

public enum CopyKind
{
    File,

    /// <summary>What is in it is copied, and not it.</summary>
    Folder,

    /// <summary>What is in it is unpacked.</summary>
    Archive,
}

/// <param name="Path">From the root of where it is taken from; empty for all of that.</param>
/// <param name="Name">What a file is called where only the folder is said.</param>
public sealed record CopySource(string Path, string Name, CopyKind Kind);

/// <param name="Target">Of the file, or the folder into which a source's content goes; from the image's root.</param>
public sealed record PlannedCopy(CopySource Source, string Target);
