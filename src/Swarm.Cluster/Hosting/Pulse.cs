using Swarm.Core.Membership;

namespace Swarm.Cluster.Hosting;

/// <summary>Whether this process has stood still of late, for whoever acts by what it has seen of others.</summary>
/// <remarks><see cref="Steadiness"/> decides, <see cref="PulseActor"/> alone beats; any thread may ask.</remarks>
internal sealed class Pulse
{
    private readonly TimeProvider _time;
    private volatile Steadiness _state;

    /// <param name="time">Its timestamps never go back, and count while the host sleeps.</param>
    public Pulse(FailureOptions failure, TimeProvider time)
    {
        _time = time;
        _state = Steadiness.Begin(failure.HeartbeatInterval, failure.HeartbeatPause, Now);
    }

    /// <summary>It has run without a pause for long enough to have missed whoever is gone.</summary>
    public bool IsSteady => _state.IsSteady(Now);

    private TimeSpan Now => _time.GetElapsedTime(0, _time.GetTimestamp());

    public void Beat() => _state = _state.Beat(Now);
}
