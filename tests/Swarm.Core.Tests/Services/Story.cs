using CsCheck;
using Swarm.Core.Nodes;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

/// <summary>What happens to a service, drawn at random: commands, failures, lost nodes and
/// time, in any order.</summary>
internal sealed record Story(UpdateOrder Order, bool NodesAreLost, (int Kind, int Size)[] Steps)
{
    private static readonly UpdateFailureAction[] Actions = Enum.GetValues<UpdateFailureAction>();

    public static readonly Gen<Story> Any = Gen.Select(
        Gen.Enum<UpdateOrder>(), Gen.Bool, Gen.Select(Gen.Int[0, 15], Gen.Int[0, 40]).Array[1, 40],
        (order, lost, steps) => new Story(order, lost, steps));

    public override string ToString() =>
        $"{Order} lost:{NodesAreLost} {string.Join(' ', Steps.Select(step => $"{step.Kind}/{step.Size}"))}";

    public void PlayOn(Fleet fleet)
    {
        foreach (var (kind, size) in Steps) Play(fleet, kind, size);
    }

    private void Play(Fleet fleet, int kind, int size)
    {
        switch (kind)
        {
            case 0 or 1: fleet.Deploy(Spec(size)); break;
            case 2: fleet.Scale(size % 6); break;
            case 3: fleet.Run(TimeSpan.FromMilliseconds(size * size * 10)); break;
            case 4 or 5 or 6: for (var i = 0; i <= size % 5; i++) fleet.Round(); break;
            case 7: fleet.FateOf = (_, order) => Draw(order, size); break;
            case 8 when size % 3 == 0: RepeatLate(fleet, size); break;
            case 8 when NodesAreLost: Turn(fleet, fleet.Nodes[size % fleet.Nodes.Count]); break;
            case 9 when size % 5 == 0: fleet.Remove(); break;
            case 9: fleet.PlacerIsFull = size % 2 == 0; break;
            case 10: fleet.Set(fleet.Nodes[size % fleet.Nodes.Count], (NodeAvailability)(size % 3)); break;
            case 11 when fleet.Running.Count > 0: fleet.Move(fleet.Running[size % fleet.Running.Count]); break;
            case 12 when size % 4 == 0: fleet.RollBack(); break;
            case 13 when NodesAreLost: fleet.Nodes[size % fleet.Nodes.Count].Crash(); break;
            case 14 when size % 2 == 0: fleet.Nodes[size % fleet.Nodes.Count].CutPower(); break;
            case 15: fleet.SetClock(TimeSpan.FromMinutes((size - 20) * 10)); break;
            case 14: fleet.Nodes[size % fleet.Nodes.Count].EndBackOff(); break;
            default: break;
        }
    }

    private static void RepeatLate(Fleet fleet, int size)
    {
        foreach (var node in fleet.Nodes.Where(node => node.Reports.Count > 0))
        {
            fleet.Tell(new ServiceInput.Reported(node.Reports[size % node.Reports.Count]));
        }
    }

    private static void Turn(Fleet fleet, FleetNode node) => fleet.Reach(node, !node.Reachable);

    private static Fate Draw(TaskOrder order, int seed) =>
        (((order.Slot * 7) + (order.Task.Value.Length * 3) + seed) % 6) switch
        {
            0 => Fate.Fails,
            1 => Fate.IsRejected,
            2 => Fate.Completes,
            _ => Fate.Runs,
        };

    private ServiceSpec Spec(int size) => Specs.Replicated(1 + (size % 5), $"web:{size % 3}").With(update => update with
    {
        Order = Order,
        Parallelism = size % 4,
        Delay = TimeSpan.FromMilliseconds(size % 2 * 300),
        FailureAction = Actions[size % 3],
    });
}
