using Microsoft.Extensions.Logging;
using Swarm.Linux;

namespace Swarm.Images;

/// <summary>What could not be removed when it went, and is removed as soon as it can be.</summary>
public sealed partial class ImageStore
{
    /// <summary>Something is mounted in it for a moment, or for as long as somebody works there.</summary>
    private static readonly TimeSpan RemoveAgainAfter = TimeSpan.FromSeconds(10);

    private readonly Lock _owing = new();
    private ITimer? _again;
    private bool _isTold;
    private bool _isClosed;

    private void Owe(LinuxException refused)
    {
        lock (_owing)
        {
            if (_isClosed || _again is not null) return;
            if (!_isTold) LogOwed(refused);
            _isTold = true;
            _again = _time.CreateTimer(_ => RemoveAgain(), null, RemoveAgainAfter, Timeout.InfiniteTimeSpan);
        }
    }

    private void RemoveAgain()
    {
        lock (_owing)
        {
            _again?.Dispose();
            _again = null;
            if (_isClosed) return;
        }

        // Trees of many files may be among it.
        _ = DedicatedThread.RunAsync(
            () =>
            {
                _folders.RemoveOwed();
                lock (_owing) return _isTold = _again is not null;
            },
            CancellationToken.None);
    }

    private void DisposeOwing()
    {
        lock (_owing)
        {
            _isClosed = true;
            _again?.Dispose();
        }
    }

    [LoggerMessage(LogLevel.Warning, "Files of what was removed could not be deleted, which is tried again")]
    private partial void LogOwed(LinuxException refused);
}
