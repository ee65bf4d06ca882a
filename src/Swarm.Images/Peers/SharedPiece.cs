using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;
using Swarm.Images.Blobs;

namespace Swarm.Images.Peers;

/// <summary>A piece of a blob of this host, open to be sent; also when the blob goes meanwhile.</summary>
public sealed class SharedPiece : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly long _offset;
    private readonly SendingRate _rate;
    private readonly Action<IOException> _lost;

    /// <param name="lost">Called when the disk does not give it.</param>
    internal SharedPiece(SafeFileHandle file, long offset, int length, SendingRate rate, Action<IOException> lost)
    {
        (_file, _offset, Length, _rate, _lost) = (file, offset, length, rate, lost);
        rate.Join();
    }

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>Sends it, no faster than this host may.</summary>
    /// <exception cref="EndOfStreamException">The blob is shorter than it was.</exception>
    /// <exception cref="IOException">The disk does not give it; the blob is set aside then.</exception>
    public async Task CopyToAsync(PipeWriter to, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(to);
        for (var sent = 0; sent < Length;)
        {
            var size = _rate.PartBytes;
            var part = to.GetMemory(size);
            part = part[..Math.Min(Math.Min(part.Length, size), Length - sent)];
            var read = await ReadAsync(part, _offset + sent, cancellation);
            if (read == 0) throw new EndOfStreamException($"a piece ended after {sent} of {Length} bytes");
            await _rate.TakeAsync(read, cancellation);
            to.Advance(read);
            sent += read;
            if ((await to.FlushAsync(cancellation)).IsCompleted) return; // nobody reads it any more
        }
    }

    private async Task<int> ReadAsync(Memory<byte> part, long offset, CancellationToken cancellation)
    {
        try
        {
            return await RandomAccess.ReadAsync(_file, part, offset, cancellation);
        }
        catch (IOException failure) when (LostContent.IsIn(failure))
        {
            _lost(failure);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_file.IsClosed) return;
        _rate.Leave();
        _file.Dispose();
    }
}
