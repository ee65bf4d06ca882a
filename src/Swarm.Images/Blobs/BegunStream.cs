namespace Swarm.Images.Blobs;

/// <summary>A stream whose first bytes were looked at and are read again.</summary>
internal sealed class BegunStream : ReadOnlyStream
{
    private readonly Stream _inner;
    private readonly byte[] _beginning = new byte[10];
    private readonly int _length;
    private int _given;

    public BegunStream(Stream inner)
    {
        _inner = inner;
        _length = inner.ReadAtLeast(_beginning, _beginning.Length, throwOnEndOfStream: false);
    }

    public ReadOnlySpan<byte> Beginning => _beginning.AsSpan(0, _length);

    public override int Read(Span<byte> buffer)
    {
        if (_given == _length) return _inner.Read(buffer);

        var some = _beginning.AsSpan(_given, Math.Min(buffer.Length, _length - _given));
        some.CopyTo(buffer);
        _given += some.Length;
        return some.Length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _inner.Dispose();
        base.Dispose(disposing);
    }
}
