using Swarm.Core;

namespace Swarm.Client;

/// <summary>Waits until a service is what it shall be.</summary>
public static class ServiceWait
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until all tasks run, or a job has ended, or it is known that neither will be.</summary>
    /// <param name="progress">Told of each look.</param>
    /// <param name="acceptRollback">The specification before will do as well: a rollback is waited for, and is no
    /// failure.</param>
    /// <param name="run">Of a periodic job: wait for this run. 0 waits for the one that is under way at the first look,
    /// or else takes the latest, or else waits for the first.</param>
    /// <exception cref="SwarmRefusedException">No such service, or none any more.</exception>
    /// <exception cref="SwarmUnreachableException">Nobody answered in time.</exception>
    public static async Task<ServiceProgress> WaitAsync(
        this SwarmClient client, ServiceName service, Action<ServiceProgress>? progress = null,
        bool acceptRollback = false, long run = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        while (true)
        {
            var details = await client.GetServiceAsync(service, cancellation);
            if (details.Removing)
                throw new SwarmRefusedException($"the service {service} is being removed", notFound: false);
            var now = ServiceProgress.Of(details, acceptRollback, run);
            run = now.Run;
            progress?.Invoke(now);
            if (now.Outcome != ProgressOutcome.Waiting) return now;
            await Task.Delay(PollEvery, client.Time, cancellation);
        }
    }
}
