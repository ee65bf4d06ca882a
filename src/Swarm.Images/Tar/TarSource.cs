namespace Swarm.Images.Tar;

/// <summary>The bytes below a tar reader: one large buffer, handed out in pieces without copying.</summary>
internal sealed class TarSource(Stream stream)
{
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(256 * 1024);
    private int _start;
    private int _end;

    /// <summary>Bytes handed out so far.</summary>
    public long Position { get; private set; }

    /// <summary>The next bytes, up to a number of them; empty only at the end.</summary>
    public ReadOnlySpan<byte> Some(long bytes_max)
    {
        if (_start == _end) Fill();
        return Take((int)Math.Min(bytes_max, _end - _start));
    }

    /// <summary>Exactly one block.</summary>
    /// <returns>Empty at the end; shorter when it ends within.</returns>
    public ReadOnlySpan<byte> Block(int bytes)
    {
        while (_end - _start < bytes && Fill()) { }
        return Take(Math.Min(bytes, _end - _start));
    }

    /// <summary>Passes over what is left, so that everything beneath sees all bytes.</summary>
    public void Drain()
    {
        while (!Some(int.MaxValue).IsEmpty) { }
    }

    private ReadOnlySpan<byte> Take(int bytes)
    {
        var taken = _buffer.AsSpan(_start, bytes);
        _start += bytes;
        Position += bytes;
        return taken;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        var read = stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        return read > 0;
    }
}
