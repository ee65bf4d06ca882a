using Swarm.Core.Services;
using Swarm.Simulation.Hosts;

namespace Swarm.Simulation.Checks;

/// <summary>What is so once all faults are healed and everybody has had time: exactly what was asked for.</summary>
internal static class Quiet
{
    /// <summary>What is not yet as it shall be; null when all is.</summary>
    public static string? Problem(Stage stage)
    {
        foreach (var host in stage.Hosts)
        {
            if (host.Process is not { View.IsMember: true }) return $"{host} is not in the cluster";
            if (!host.Process.Node.IsAtRest) return $"{host} has reports that are not acknowledged, or unsaved state";
            if (HostProblem(stage, host) is { } wrong) return wrong;
        }

        return stage.Rules.Services.Select(truth => Problem(stage, truth)).FirstOrDefault(wrong => wrong is not null);
    }

    private static string? HostProblem(Stage stage, Host host)
    {
        foreach (var container in host.Engine.Containers)
        {
            var task = stage.Rules.Of(container.Service).Now.Find(container.Task);
            if (task is null || task.Node != host.Id)
                return $"{host} has a container of {container.Task}, which the service does not have there";
        }

        foreach (var (id, claim) in host.Process!.Node.Ledger.Claims)
        {
            var task = stage.Rules.Of(claim.Service).Now.Find(id);
            if (task is null || task.Node != host.Id) return $"{host} still knows {id}";
            if (claim.IsHeld != !task.HasEnded()) return $"{host}: what {id} takes does not fit its state {task.State}";
        }

        return null;
    }

    private static string? Problem(Stage stage, ServiceTruth truth)
    {
        var state = truth.Now;
        var name = truth.Name;
        var running = stage.Hosts.SelectMany(host => host.Engine.Running
            .Where(container => container.Service == name).Select(container => (container.Task, host.Id))).ToHashSet();
        if (!state.Exists) return running.Count == 0 ? null : $"{name} is gone, and {running.Count} containers run";

        var home = stage.Cluster.HomeOf(HostProcess.KeyOf(name));
        var entity = home?.Services.FirstOrDefault(service => service.Name == name);
        if (entity is not { IsAtRest: true }) return $"{name}: its entity still waits for something";
        if (state.Removing) return $"{name} is still being removed";
        if (state.Update.IsRolling) return $"{name} is still {state.Update.Phase}";
        if (state.Nodes.Values.Any(mark => mark.UnreachableSince is not null)) return $"{name}: misses nodes";

        var live = state.Tasks.Values.Where(task => task.IsLive()).ToList();
        if (live.Any(task => task is not { State: TaskState.Running, Desired: TaskState.Running }))
            return $"{name}: tasks are on their way";
        if (!running.SetEquals(live.Select(task => (task.Id, task.Node!.Value))))
            return $"{name}: {running.Count} containers run, {live.Count} tasks are to";
        return SlotProblem(stage, truth, live);
    }

    private static string? SlotProblem(Stage stage, ServiceTruth truth, List<ServiceTask> live)
    {
        var state = truth.Now;
        if (state.Slots.Count != state.SlotCount()) return $"{truth.Name}: {state.Slots.Count} slots";
        foreach (var (number, slot) in state.Slots)
        {
            var tasks = live.Count(task => task.Slot == number);
            if (slot.End == SlotEnd.None && tasks != 1) return $"{truth.Name}: slot {number} has {tasks} tasks";
            if (slot.End != SlotEnd.None && tasks != 0) return $"{truth.Name}: slot {number} runs on after its end";
            if (!state.Spec.IsJob() || slot.End != SlotEnd.Completed || state.Version > 1) continue;

            var successes = stage.Rules.SuccessesOf(truth.Name, state.Id!.Value, number);
            var most = 1 + truth.AbandonedIn(state.Id.Value, number);
            if (successes < 1 || successes > most)
                return $"{truth.Name}: slot {number} completed {successes} times, at most {most} are explained";
        }

        return null;
    }
}
