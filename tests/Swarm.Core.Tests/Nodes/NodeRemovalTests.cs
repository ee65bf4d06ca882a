using Swarm.Core.Nodes;

namespace Swarm.Core.Tests.Nodes;

public sealed class NodeRemovalTests
{
    private static readonly NodeId Id = new("n");
    private static readonly RemoveNode Remove = new(new RequestId("r1"), Id);
    private static readonly RegisterNode Register = new(
        new NodeDescription(Id, "one", "akka.tcp://swarm@n:4000", "default", Resources.None));

    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_node_that_was_removed_and_comes_back_is_a_new_one()
    {
        var drain = new UpdateNode(new RequestId("u1"), Id) { Availability = NodeAvailability.Drain };
        var known = NodeRules.Apply(NodeRecord.Empty(Id), NodeRules.Register(NodeRecord.Empty(Id), Register, Noon)!);
        var drained = NodeRules.Apply(known, NodeRules.Update(known, drain)!);

        var removed = NodeRules.Apply(drained, NodeRules.Remove(drained, Remove, Noon)!);
        var back = NodeRules.Apply(removed, NodeRules.Register(removed, Register, Noon.AddHours(1))!);

        Assert.False(removed.Exists);
        Assert.True(back.Exists);
        Assert.Equal(Noon.AddHours(1), back.RegisteredAt);
        Assert.Equal(NodeAvailability.Active, back.Settings.Availability);
        Assert.True(back.Settings.Version > drained.Settings.Version);
    }

    [Fact]
    public void What_is_removed_or_was_never_there_is_not_removed_again()
    {
        var known = NodeRules.Apply(NodeRecord.Empty(Id), NodeRules.Register(NodeRecord.Empty(Id), Register, Noon)!);
        var removed = NodeRules.Apply(known, NodeRules.Remove(known, Remove, Noon)!);

        Assert.Null(NodeRules.Remove(removed, Remove, Noon));
        Assert.Null(NodeRules.Remove(NodeRecord.Empty(Id), Remove, Noon));
    }
}
