using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Client;

/// <summary>Waits until a service is what it shall be.</summary>
public static class ServiceWait
{
    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    // The owner of a service comes up elsewhere within seconds, a host that is started again within a minute.
    private static readonly TimeSpan OutageMax = TimeSpan.FromMinutes(1);

    /// <summary>Waits until all tasks run, or a job has ended, or it is known that neither will be.</summary>
    /// <remarks>A task runs when its program has stayed up for a quarter of a second; where it has ended before, for
    /// 5 s.</remarks>
    /// <param name="progress">Told of each look.</param>
    /// <param name="acceptRollback">The specification before will do as well: a rollback is waited for, and is no
    /// failure.</param>
    /// <param name="run">Of a periodic job: wait for this run. 0 waits for the one that is under way at the first look,
    /// or else takes the latest, or else waits for the first.</param>
    /// <exception cref="SwarmRefusedException">No such service, or none any more.</exception>
    /// <exception cref="SwarmUnreachableException">Nobody answered in time at first, or later for a minute.</exception>
    public static async Task<ServiceProgress> WaitAsync(
        this SwarmClient client, ServiceName service, Action<ServiceProgress>? progress = null,
        bool acceptRollback = false, long run = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var steadiness = new Steadiness(client.Time);
        long? heard = null;
        while (true)
        {
            if (await LookAsync(client, service, heard, cancellation) is not { } details) continue;
            heard = client.Time.GetTimestamp();
            if (details.Removing)
                throw new SwarmRefusedException($"the service {service} is being removed", notFound: false);
            var now = ServiceProgress.Of(details, acceptRollback, run);
            var isSteady = details.Job is not null || steadiness.IsSteady(details);
            if (now.Outcome == ProgressOutcome.Reached && !isSteady)
                now = now with { Outcome = ProgressOutcome.Waiting };
            run = now.Run;
            progress?.Invoke(now);
            if (now.Outcome != ProgressOutcome.Waiting) return now;
            await Task.Delay(PollEvery, client.Time, cancellation);
        }
    }

    /// <summary>Waits until a service that was removed is forgotten: nothing of it is left on any node.</summary>
    /// <exception cref="SwarmUnreachableException">Nobody answered for a minute.</exception>
    public static async Task WaitUntilGoneAsync(
        this SwarmClient client, ServiceName service, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        var heard = client.Time.GetTimestamp();
        while (true)
        {
            try
            {
                if (await LookAsync(client, service, heard, cancellation) is null) continue;
            }
            catch (SwarmRefusedException gone) when (gone.NotFound)
            {
                return;
            }

            heard = client.Time.GetTimestamp();
            await Task.Delay(PollEvery, client.Time, cancellation);
        }
    }

    /// <returns>Null when nobody answered, though somebody did not long ago.</returns>
    private static async Task<ServiceDetails?> LookAsync(
        SwarmClient client, ServiceName service, long? heard, CancellationToken cancellation)
    {
        try
        {
            return await client.GetServiceAsync(service, cancellation);
        }
        catch (SwarmUnreachableException) when (heard is { } at && client.Time.GetElapsedTime(at) < OutageMax)
        {
            return null;
        }
    }
}
