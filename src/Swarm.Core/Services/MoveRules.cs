namespace Swarm.Core.Services;

/// <summary>Whether a task may be asked to give its place to another one elsewhere.</summary>
internal static class MoveRules
{
    public static ServiceDecision Decide(ServiceState state, MoveTask command)
    {
        if (!state.Exists) return InputRules.NotFound(state);
        if (Problem(state, command.Task) is { } problem) return ServiceDecision.Refused(problem);

        var task = state.Find(command.Task)!;
        return task.Leaving.Length > 0
            ? new ServiceDecision([new ServiceEvent.RequestKept(command.Request, false)])
            : new ServiceDecision([new ServiceEvent.TaskMoveAsked(
                command.Request, task.Number(), command.Reason.Length > 0 ? command.Reason : "it was asked to move")])
            { Changed = true };
    }

    private static string? Problem(ServiceState state, TaskId id) =>
        state.Removing ? InputRules.BeingRemoved(state)
        : state.Spec.IsJob() ? $"service {state.Name} is a job: its tasks are not moved"
        : state.Spec.IsGlobal() ? $"service {state.Name} is global: its tasks belong to their nodes"
        : state.Update.IsRolling ? $"service {state.Name} is being updated"
        : state.Find(id) is not { State: TaskState.Running } task || !task.IsLive() || task.SpecVersion != state.Version
            ? $"task {id} of service {state.Name} does not run"
        : state.IsOutOfReach(task.Node) || task.Unseen ? $"task {id} is on a node that is out of reach"
        : null;
}
