using Swarm.Core;
using Swarm.Core.Services;

namespace Swarm.Client;

/// <summary>Tells tasks that stay up from those whose program ends soon after each start.</summary>
internal sealed class Steadiness(TimeProvider time)
{
    /// <summary>A program that cannot do what it was asked ends within this.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);

    /// <summary>One that has ended before is watched for so long.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    // Whether it once ended says nothing of one that has run for so long since.
    private static readonly TimeSpan Trusted = TimeSpan.FromMinutes(1);

    private readonly Dictionary<(TaskId Task, int Restarts), long> _since = [];

    /// <summary>Whether all that run have been seen to run for long enough; to be asked at each look.</summary>
    public bool IsSteady(ServiceDetails service)
    {
        var running = service.Tasks
            .Where(task => task is { State: TaskState.Running, Desired: <= TaskState.Running })
            .ToDictionary(task => (task.Id, task.Container?.Restarts ?? 0));
        foreach (var gone in _since.Keys.Where(key => !running.ContainsKey(key)).ToList()) _since.Remove(gone);
        foreach (var key in running.Keys) _since.TryAdd(key, time.GetTimestamp());

        return running.All(one =>
            time.GetElapsedTime(_since[one.Key]) >= (HasEndedLately(service, one.Value) ? Again : First));
    }

    private bool HasEndedLately(ServiceDetails service, ServiceTask task) =>
        (task.Container is { Restarts: > 0 } || service.Tasks.Any(other => other.Slot == task.Slot
            && other.SpecVersion == task.SpecVersion && other.State == TaskState.Failed))
        && !(time.GetUtcNow() - task.Container?.StartedAt > Trusted);
}
