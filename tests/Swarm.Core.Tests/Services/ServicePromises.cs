using CsCheck;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>How many tasks of a service run at least while it is changed on purpose and nothing fails.</summary>
public sealed class ServicePromises
{
    private const int Replicas = 6;

    private static readonly Gen<Policy> Policies = Gen.Select(
        Gen.Enum<UpdateOrder>(), Gen.Int[1, 3], Gen.Int[0, Replicas], Gen.Bool).Select((order, atOnce, least, once) =>
            once ? new Policy(UpdateOrder.StopFirst, atOnce, Math.Min(least, Replicas - 1), AtMostOnce: true)
            : new Policy(order, atOnce, least, AtMostOnce: false));

    private static readonly Gen<(Policy Policy, (int Kind, int Size)[] Steps)> Plans =
        Gen.Select(Policies, Gen.Select(Gen.Int[0, 4], Gen.Int[0, 40]).Array[1, 30]);

    [Fact]
    public void Updates_drains_moves_and_rollbacks_never_leave_fewer_running_than_promised() => Plans.Sample(plan =>
    {
        var fleet = new Fleet(nodes: 4);
        fleet.Deploy(Spec(plan.Policy, 0));
        fleet.Run(TimeSpan.FromMinutes(1));
        var promised = Math.Max(
            plan.Policy.Least,
            plan.Policy.Order == UpdateOrder.StartFirst ? Replicas : Replicas - plan.Policy.AtOnce);
        var good = true;
        fleet.Watch = (_, _) => good &= fleet.RunningSlots.Distinct().Count() >= promised;

        foreach (var (kind, size) in plan.Steps)
        {
            switch (kind)
            {
                case 0: fleet.Deploy(Spec(plan.Policy, size % 4)); break;
                case 1: fleet.Set(fleet.Nodes[size % 3], (NodeAvailability)(size % 3)); break;
                case 2 when fleet.Running.Count > 0: fleet.Move(fleet.Running[size % fleet.Running.Count]); break;
                case 3: fleet.RollBack(); break;
                default: for (var i = 0; i <= size; i++) fleet.Round(); break;
            }
        }

        foreach (var node in fleet.Nodes) fleet.Set(node, NodeAvailability.Active);
        fleet.Run(TimeSpan.FromMinutes(5));
        return good && fleet.Running.Count == Replicas && !fleet.State.Update.IsRolling;
    });

    private static ServiceSpec Spec(Policy policy, int image) =>
        Specs.Replicated(Replicas, $"web:{image}").With(update => update with
        {
            Order = policy.Order,
            Parallelism = policy.AtOnce,
        }) with
        { MinRunning = policy.Least, AtMostOnce = policy.AtMostOnce };

    private sealed record Policy(UpdateOrder Order, int AtOnce, int Least, bool AtMostOnce);
}
