namespace Swarm.Images.Peers;

/// <summary>When something is not waited for any longer; put off each time something comes.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _over;
    private readonly CancellationTokenSource _either;

    public Deadline(TimeSpan span, TimeProvider time, CancellationToken cancellation)
    {
        Span = span;
        _over = new CancellationTokenSource(span, time);
        _either = CancellationTokenSource.CreateLinkedTokenSource(_over.Token, cancellation);
    }

    public TimeSpan Span { get; }

    public CancellationToken Token => _either.Token;

    /// <summary>Whether it has passed; not when somebody else does not want to wait.</summary>
    public bool IsOver => _over.IsCancellationRequested;

    public void PutOff() => _over.CancelAfter(Span);

    public void Dispose()
    {
        _either.Dispose();
        _over.Dispose();
    }
}
