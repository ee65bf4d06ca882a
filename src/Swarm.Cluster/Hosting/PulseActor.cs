using Akka.Actor;
using Swarm.Core.Membership;

namespace Swarm.Cluster.Hosting;

/// <summary>Beats the process's <see cref="Pulse"/> for as long as actors run.</summary>
internal sealed class PulseActor(Pulse pulse) : UntypedActor, IWithTimers
{
    public const string Name = "pulse";

    public ITimerScheduler Timers { get; set; } = null!; // set by Akka before PreStart

    public static Props Props(Pulse pulse) => Akka.Actor.Props.Create(() => new PulseActor(pulse));

    protected override void PreStart()
    {
        pulse.Beat();
        Timers.StartPeriodicTimer("beat", new Beat(), Steadiness.BeatEvery);
    }

    protected override void OnReceive(object message)
    {
        if (message is Beat) pulse.Beat();
        else Unhandled(message);
    }

    private sealed record Beat : INoSerializationVerificationNeeded;
}
