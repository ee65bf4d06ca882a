using Microsoft.Win32.SafeHandles;

namespace Swarm.Images.Peers;

/// <summary>A piece of a blob of this host, open to be sent; also when the blob goes meanwhile.</summary>
public sealed class SharedPiece : IDisposable
{
    private const int BufferBytesMax = 1024 * 1024;
    private const int BufferBytesMin = 4 * 1024;

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
    public async Task CopyToAsync(Stream to, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(to);
        // Several a second, so that whoever waits for the next hears that it comes.
        var size = _rateMax == 0 ? BufferBytesMax : Math.Clamp(_rateMax / 16, BufferBytesMin, BufferBytesMax);
        var buffer = new byte[Math.Min(size, Length)];
        for (var sent = 0; sent < Length;)
        {
            var part = buffer.AsMemory(0, Math.Min(buffer.Length, Length - sent));
            var read = await RandomAccess.ReadAsync(_file, part, _offset + sent, cancellation);
            if (read == 0) throw new EndOfStreamException($"a piece ended after {sent} of {Length} bytes");
            await _rate.TakeAsync(read, cancellation);
            await to.WriteAsync(part[..read], cancellation);
            sent += read;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
