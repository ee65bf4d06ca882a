using System.Buffers.Binary;
using System.Security.Cryptography;
using Swarm.Core.Images;
using Swarm.Linux.Files;

namespace Swarm.Runtime.Builds;

/// <summary>The digest of what is copied: names, kinds, permissions and contents. Times are not in it: they make no
/// difference.</summary>
/// <param name="withOwners">Whether owners are in it; not where the step sets them.</param>
internal sealed class ContentDigest(bool withOwners, CancellationToken cancellation) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <summary>Adds an entry, and all below it. Blocks.</summary>
    public void Add(SourceTree tree, FoundSource source)
    {
        using var folder = tree.Open(source);
        if (source.Kind == FileKind.Folder) AddContent(folder, []);
        else Add(folder, source.NameBytes, source.NameBytes);
    }

    public void Add(string text) => Add(System.Text.Encoding.UTF8.GetBytes(text));

    public Digest Finish() => Digest.OfHash(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    private void AddContent(Folder folder, byte[] path)
    {
        foreach (var name in folder.Names().OrderBy(Convert.ToHexString, StringComparer.Ordinal))
        {
            Add(folder, name, [.. path, (byte)'/', .. name]);
        }
    }

    private void Add(Folder folder, byte[] name, byte[] path)
    {
        cancellation.ThrowIfCancellationRequested();
        if (folder.Status(name) is not { } status) return;
        Add(path);
        Add((long)status.Kind);
        Add(status.Mode);
        if (withOwners)
        {
            Add(status.UserId);
            Add(status.GroupId);
        }

        switch (status.Kind)
        {
            case FileKind.Folder:
                using (var below = folder.ChildOrMounted(name))
                {
                    if (below is not null) AddContent(below, path);
                }

                break;
            case FileKind.SymbolicLink: Add(folder.LinkTarget(name)); break;
            case FileKind.Regular: AddFile(folder, name, status.Size); break;
            case FileKind.CharacterDevice or FileKind.BlockDevice:
                Add(status.Represents.Major);
                Add(status.Represents.Minor);
                break;
            default: break;
        }
    }

    private void AddFile(Folder folder, byte[] name, long size)
    {
        Add(size);
        using var file = folder.OpenFile(name);
        var buffer = new byte[(int)Math.Clamp(size, 1, 256 * 1024)];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            _hash.AppendData(buffer.AsSpan(0, read));
        }
    }

    private void Add(byte[] content)
    {
        Add((long)content.Length);
        _hash.AppendData(content);
    }

    private void Add(long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        _hash.AppendData(bytes);
    }
}
