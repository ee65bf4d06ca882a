using CsCheck;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Services;

public sealed class AtMostOnceProperties
{
    private static readonly Gen<(int Seed, (int Kind, int Size)[] Steps)> Stories =
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Select(Gen.Int[0, 7], Gen.Int[0, 60]).Array[1, 25]);

    [Fact]
    public void Whatever_is_cut_late_or_dies_no_slot_ever_has_two_containers() => Stories.Sample(story =>
    {
        var world = Play(story, out var doubled);
        return !doubled() && world.State.Exists;
    });

    [Fact]
    public void Whatever_was_cut_late_or_died_all_slots_come_to_run_in_the_end() => Stories.Sample(story =>
    {
        var world = Play(story, out var doubled);

        world.Pass(TimeSpan.FromMinutes(3), () => { });
        var most = 0;
        world.Pass(TimeSpan.FromSeconds(20), () => most = Math.Max(most, world.RunningSlots));

        return most == world.State.SlotCount() && !doubled();
    });

    private static LeaseWorld Play((int Seed, (int Kind, int Size)[] Steps) story, out Func<bool> doubled)
    {
        var world = new LeaseWorld(story.Seed, nodes: 4);
        var seen = false;
        doubled = () => seen;
        world.Deploy(Spec(3, 0));
        foreach (var (kind, size) in story.Steps)
        {
            var node = world.Nodes[size % world.Nodes.Count];
            switch (kind)
            {
                case 0 when !node.IsCut: world.Cut(node, TimeSpan.FromSeconds(size)); break;
                case 1: world.MoveEntity(); break;
                case 2: node.Crash(); break;
                case 4: node.Restart(); break;
                case 3: world.Deploy(Spec(1 + (size % 4), size % 3)); break;
                default: world.Pass(TimeSpan.FromSeconds(size / 3.0), Look); break;
            }
        }

        world.Pass(TimeSpan.FromSeconds(30), Look);
        return world;

        void Look() => seen |= world.Doubled.Any();
    }

    private static ServiceSpec Spec(int replicas, int image) => Specs.Replicated(replicas, $"web:{image}") with
    {
        AtMostOnce = true,
        MinRunning = image == 1 ? replicas - 1 : 0,
        LeaseFor = TimeSpan.FromSeconds(6 + (9 * image)),
        Restart = new RestartPolicy { Delay = TimeSpan.FromMilliseconds(100) },
    };
}
