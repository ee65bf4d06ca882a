using System.Runtime.InteropServices;
using Swarm.Images.Blobs;

namespace Swarm.Images.Tests.Peers;

/// <summary>A blob that comes as a test gives it.</summary>
internal sealed class ComingBlob : IComingBlob
{
    private readonly List<byte> _here = [];
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = new();
    private bool _isEnded;
    private bool _isBroken;
    private int _left;

    public bool IsRight { get; private set; }

    public int Followers { get; private set; }

    /// <summary>Nobody follows it any more.</summary>
    public bool IsLeft => Volatile.Read(ref _left) == Followers;

    public void Give(byte[] content) => Change(() => _here.AddRange(content));

    public void End(bool isRight) => Change(() => (IsRight, _isEnded) = (isRight, true));

    public void Break() => Change(() => _isBroken = true);

    public Stream Follow(CancellationToken cancellation)
    {
        Followers++;
        return new Reading(this, cancellation);
    }

    private void Change(Action change)
    {
        TaskCompletionSource before;
        lock (_gate)
        {
            change();
            (before, _changed) = (_changed, new TaskCompletionSource());
        }

        before.SetResult();
    }

    private sealed class Reading(ComingBlob blob, CancellationToken cancellation) : ReadOnlyStream
    {
        private int _at;
        private int _isDisposed;

        public override int Read(Span<byte> buffer)
        {
            while (true)
            {
                Task changed;
                lock (blob._gate)
                {
                    var some = CollectionsMarshal.AsSpan(blob._here)[_at..];
                    if (blob._isBroken) throw new IOException("it does not come any more");
                    if (!some.IsEmpty || blob._isEnded)
                    {
                        var read = Math.Min(some.Length, buffer.Length);
                        some[..read].CopyTo(buffer);
                        _at += read;
                        return read;
                    }

                    changed = blob._changed.Task;
                }

                changed.Wait(cancellation);
            }
        }

        protected override void Dispose(bool disposing)
        {
            if (Interlocked.Exchange(ref _isDisposed, 1) == 0) Interlocked.Increment(ref blob._left);
            base.Dispose(disposing);
        }
    }
}
