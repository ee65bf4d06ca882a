using Swarm.Images.Blobs;

namespace Swarm.Images.Archives;

/// <summary>The files of an OCI layout folder, copied aside as they are asked for, since the
/// folder may change.</summary>
internal sealed class LayoutFiles(string folder, ScratchFolder scratch, CancellationToken cancellation) : IImageFiles
{
    private readonly Dictionary<string, StagedBlob> _copied = [];

    public string Subject => folder;

    public StagedBlob? Find(string path)
    {
        if (_copied.TryGetValue(path, out var copied)) return copied;

        var file = Path.Combine(folder, path);
        if (!File.Exists(file)) return null;

        using var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var buffer = new byte[256 * 1024];
        var blob = StagedBlob.Write(scratch.NewPath(), () =>
        {
            cancellation.ThrowIfCancellationRequested();
            return buffer.AsSpan(0, source.Read(buffer));
        });
        _copied.Add(path, blob);
        return blob;
    }
}
