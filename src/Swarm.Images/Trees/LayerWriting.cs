using Swarm.Images.Blobs;
using Swarm.Images.Unpacking;
using Swarm.Linux.Files;

namespace Swarm.Images.Trees;

/// <summary>Writes changes as the tar of a layer.</summary>
/// <remarks>https://github.com/opencontainers/image-spec/blob/main/layer.md</remarks>
internal static class LayerWriting
{
    public static WrittenLayer Write(
        string path, Folder upper, List<UpperChange> changes, UnpackLimits limits, CancellationToken cancellation)
    {
        using var output = new HashedFile(path);
        var writer = new TreeWriter(output, map: null, cancellation);
        var isPlain = true;
        foreach (var change in changes)
        {
            var slash = change.Path.AsSpan().LastIndexOf((byte)'/');
            var folder = change.Path[..Math.Max(0, slash)];
            var name = change.Path[(slash + 1)..];
            isPlain &= !Whiteout.Is(name) && change.Path.Length < LayerPath.PathMax;
            if (change.Kind == TreeChangeKind.Deleted)
            {
                writer.WriteMark(Join(folder, [.. Whiteout.Prefix, .. name]), change.Status.Modified);
                continue;
            }

            using var parent = folder.Length == 0 ? null : upper.Resolve(folder);
            // What is gone since it was found is left out.
            if (folder.Length > 0 && parent is null) continue;
            if ((parent ?? upper).Status(name) is not { } status || status.Kind != change.Status.Kind) continue;
            writer.WriteEntry(parent ?? upper, name, change.Path, status);
            if (change.IsOpaque) writer.WriteMark(Join(change.Path, Whiteout.Opaque.ToArray()), status.Modified);
        }

        writer.WriteEnd();
        return new WrittenLayer(output.Finish(), writer.ContentBytes, isPlain && writer.Headers < limits.EntriesMax
            && output.Length <= limits.LayerMax.Value);
    }

    private static byte[] Join(byte[] folder, byte[] name) =>
        folder.Length == 0 ? name : [.. folder, (byte)'/', .. name];
}

/// <param name="ContentBytes">Of its regular files, unpacked.</param>
/// <param name="CanBeUnpacked">Known without trying: nothing in it is called as what says that something is gone, and
/// all of it is within the limits.</param>
internal sealed record WrittenLayer(StagedBlob Blob, long ContentBytes, bool CanBeUnpacked);
