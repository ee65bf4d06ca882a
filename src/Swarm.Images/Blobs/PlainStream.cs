using System.Security.Cryptography;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Images.Unpacking;

namespace Swarm.Images.Blobs;

/// <summary>The decompressed bytes of a layer or an archive: counted, bounded, and hashed when asked.</summary>
internal sealed class PlainStream : ReadOnlyStream
{
    private readonly CountedStream _compressed;
    private readonly Stream _plain;
    private readonly IncrementalHash? _hash;
    private readonly Bytes _max;
    private readonly UnpackLimits _limits;
    private readonly string _subject;
    private readonly CancellationToken _cancellation;
    private long _read;

    /// <param name="subject">How errors name it.</param>
    public PlainStream(
        Stream source, Bytes max, UnpackLimits limits, bool hashed, string subject, CancellationToken cancellation)
    {
        _compressed = new CountedStream(source);
        _plain = Decompression.Open(_compressed, out var compression);
        _hash = hashed ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        (_max, _limits, _subject, _cancellation, Compression) = (max, limits, subject, cancellation, compression);
    }

    public Compression Compression { get; }

    /// <summary>Reads to the end, and tells the digest of all.</summary>
    public Digest Finish()
    {
        var rest = new byte[64 * 1024];
        while (Read(rest) > 0) { }

        return Digest.OfHash(_hash!.GetHashAndReset());
    }

    /// <exception cref="ImageException">More than the limits allow, or broken compression.</exception>
    public override int Read(Span<byte> buffer)
    {
        _cancellation.ThrowIfCancellationRequested();
        int read;
        try
        {
            read = _plain.Read(buffer);
        }
        catch (Exception broken)
            when (broken is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            throw new ImageException(
                ImageFault.Invalid, $"{_subject}: broken {Compression} after {_read} bytes: {broken.Message}", broken);
        }

        _read += read;
        if (_read > _max.Value) throw Excess($"holds more than {_max.Value} bytes");
        if (_read > _limits.RatioFrom.Value && _read / _limits.RatioMax > _compressed.Count)
        {
            throw Excess($"holds more than {_limits.RatioMax} times its compressed size");
        }

        _hash?.AppendData(buffer[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _plain.Dispose();
            _hash?.Dispose();
        }

        base.Dispose(disposing);
    }

    private ImageException Excess(string what) => new(ImageFault.Invalid, $"{_subject}: {what}");

    /// <summary>Counts what the decompressor takes.</summary>
    private sealed class CountedStream(Stream inner) : ReadOnlyStream
    {
        public long Count { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            Count += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
