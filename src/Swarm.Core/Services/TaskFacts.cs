using System.Globalization;

namespace Swarm.Core.Services;

/// <summary>What is asked of single tasks again and again.</summary>
internal static class TaskFacts
{
    /// <summary>The task is to run, and has not ended.</summary>
    public static bool IsLive(this ServiceTask task) =>
        task.Desired <= TaskState.Running && task.State <= TaskState.Running;

    /// <summary>The task is Running and so is its container: it is not being restarted in place.</summary>
    public static bool Runs(this ServiceTask task) =>
        task.State == TaskState.Running && task.Container?.FinishedAt is null;

    public static bool HasEnded(this ServiceTask task) => task.State >= TaskState.Complete;

    /// <summary>The task waits for a place.</summary>
    public static bool IsPending(this ServiceTask task) => task.Node is null && task.IsLive();

    /// <summary>The task was asked to stop, and its node has not yet said that it did.</summary>
    /// <remarks>Of a lost node nothing will be heard: it is not waited for.</remarks>
    public static bool IsStopping(this ServiceTask task, ServiceState state) =>
        task.Desired > TaskState.Running && !task.HasEnded() && task.Node is not null && !state.IsLost(task.Node);

    /// <summary>Another task is to take its place elsewhere. One that has a single node only stays or goes with
    /// it.</summary>
    public static bool IsLeaving(this ServiceTask task, ServiceState state) =>
        !state.Spec.IsGlobal() && (task.Leaving.Length > 0 || state.IsDrained(task.Node));

    /// <summary>It is made from the specification in force; or from that with which its run began, which another
    /// specification does not touch.</summary>
    public static bool IsUpToDate(this ServiceTask task, ServiceState state) =>
        task.SpecVersion == state.Version || state.Spec.IsPeriodic();

    public static long Number(this ServiceTask task) => NumberOf(task.Id)!.Value;

    /// <summary>Null when the id is not of the form that services give.</summary>
    public static long? NumberOf(TaskId task)
    {
        var dot = task.Value.LastIndexOf('.');
        return dot >= 0 && long.TryParse(
            task.Value.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number : null;
    }

    /// <summary>The task of that id, when the service knows it.</summary>
    public static ServiceTask? Find(this ServiceState state, TaskId id) =>
        NumberOf(id) is { } number && state.Tasks.TryGetValue(number, out var task) && task.Id == id ? task : null;

    /// <summary>How many slots the service has; of a global one, as many as there are nodes for it; of a periodic job,
    /// those of the runs under way.</summary>
    public static int SlotCount(this ServiceState state) => state.Spec.Mode switch
    {
        ServiceMode.Replicated replicated => replicated.Replicas,
        ServiceMode.ReplicatedJob job when !state.Spec.IsPeriodic() => job.Completions,
        _ => state.Slots.Count,
    };

    public static bool IsJob(this ServiceSpec spec) => spec.Mode is ServiceMode.ReplicatedJob or ServiceMode.GlobalJob;

    /// <summary>A job that runs again and again.</summary>
    public static bool IsPeriodic(this ServiceSpec spec) => spec.IsJob() && spec.Job.Schedule is not null;

    public static bool IsGlobal(this ServiceSpec spec) => spec.Mode is ServiceMode.Global or ServiceMode.GlobalJob;
}
