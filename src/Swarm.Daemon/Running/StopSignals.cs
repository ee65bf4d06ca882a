using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Swarm.Daemon.Running;

/// <summary>SIGTERM and SIGINT: the first one asks the daemon to stop, the second one ends it at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _asked = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Take),
    ];

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Asked => _asked.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _asked.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_asked.IsCancellationRequested) Process.GetCurrentProcess().Kill();
        else _asked.Cancel();
    }
}
