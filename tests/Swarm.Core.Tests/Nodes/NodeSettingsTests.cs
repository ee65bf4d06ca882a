using Swarm.Core.Nodes;

namespace Swarm.Core.Tests.Nodes;

public sealed class NodeSettingsTests
{
    private static readonly Resources Reserved = new(new MilliCpu(500), Bytes.FromMebibytes(512));

    private static readonly UpdateNode Update = new(new RequestId("r1"), new NodeId("n"));

    [Fact]
    public void What_is_kept_back_for_the_system_is_set_and_stays_when_something_else_changes()
    {
        var set = Apply(NodeRecord.Empty(new NodeId("n")), Update with { SystemReserved = Reserved });
        var drained = Apply(
            set, Update with { Request = new RequestId("r2"), Availability = NodeAvailability.Drain });

        Assert.Equal(Reserved, set.Settings.SystemReserved);
        Assert.Equal(Reserved, drained.Settings.SystemReserved);
        Assert.Equal(2, drained.Settings.Version);
    }

    [Fact]
    public void What_was_set_to_be_kept_back_can_be_taken_back()
    {
        var set = Apply(NodeRecord.Empty(new NodeId("n")), Update with { SystemReserved = Reserved });
        var clear = Update with { Request = new RequestId("r2"), ClearSystemReserved = true };

        var cleared = Apply(set, clear);

        Assert.Null(cleared.Settings.SystemReserved);
        Assert.Null(NodeRules.Update(cleared, clear with { Request = new RequestId("r3") }));
        Assert.Equal(
            "what is kept back for the system is either set or taken back",
            NodeRules.Refuse(clear with { SystemReserved = Reserved }));
    }

    [Fact]
    public void The_same_request_or_what_is_so_already_changes_nothing()
    {
        var set = Apply(NodeRecord.Empty(new NodeId("n")), Update with { SystemReserved = Reserved });

        Assert.Null(NodeRules.Update(set, Update with { SystemReserved = Resources.None }));
        Assert.Null(NodeRules.Update(set, Update with { Request = new RequestId("r2"), SystemReserved = Reserved }));
    }

    [Fact]
    public void Less_than_nothing_cannot_be_kept_back() => Assert.Equal(
        "what is kept back for the system cannot be negative",
        NodeRules.Refuse(Update with { SystemReserved = new Resources(new MilliCpu(-1), Bytes.Zero) }));

    private static NodeRecord Apply(NodeRecord record, UpdateNode update) =>
        NodeRules.Apply(record, NodeRules.Update(record, update)!);
}
