using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace Swarm.Images.Peers;

/// <summary>A piece of a blob of this host, open to be sent; also when the blob goes meanwhile.</summary>
public sealed class SharedPiece : IDisposable
{
    // Whatever encrypts it makes whole records of this; the blocks of a server's own memory are of a quarter of one.
    private const int PartBytesMax = 128 * 1024;
    private const int PartBytesMin = 4 * 1024;

    private readonly SafeFileHandle _file;
    private readonly long _offset;
    private readonly SendingRate _rate;
    private readonly long _rateMax;

    internal SharedPiece(SafeFileHandle file, long offset, int length, SendingRate rate, long rateMax) =>
        (_file, _offset, Length, _rate, _rateMax) = (file, offset, length, rate, rateMax);

    /// <summary>Bytes.</summary>
    public int Length { get; }

    /// <summary>Sends it, no faster than this host may.</summary>
    /// <exception cref="EndOfStreamException">The blob is shorter than it was.</exception>
    public async Task CopyToAsync(PipeWriter to, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(to);
        // Several a second, so that whoever waits for the next hears that it comes.
        var size = (int)(_rateMax == 0 ? PartBytesMax : Math.Clamp(_rateMax / 16, PartBytesMin, PartBytesMax));
        for (var sent = 0; sent < Length;)
        {
            var part = to.GetMemory(size);
            part = part[..Math.Min(Math.Min(part.Length, size), Length - sent)];
            var read = await RandomAccess.ReadAsync(_file, part, _offset + sent, cancellation);
            if (read == 0) throw new EndOfStreamException($"a piece ended after {sent} of {Length} bytes");
            await _rate.TakeAsync(read, cancellation);
            to.Advance(read);
            sent += read;
            if ((await to.FlushAsync(cancellation)).IsCompleted) return; // nobody reads it any more
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
