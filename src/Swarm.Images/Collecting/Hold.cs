namespace Swarm.Images.Collecting;

/// <summary>Lets go of something, once.</summary>
internal sealed class Hold(Action letGo) : IDisposable
{
    private Action? _letGo = letGo;

    public void Dispose() => Interlocked.Exchange(ref _letGo, null)?.Invoke();
}
