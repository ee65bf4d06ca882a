using Akka.DistributedData;
using Swarm.Core.Services;

namespace Swarm.Cluster.Catalog;

/// <summary><see cref="ServiceLines"/> as Akka.DistributedData replicates them; a change is told by itself.</summary>
/// <remarks>
/// Akka's own dictionary takes an entry away only as far as the one who removes has seen it: what another incarnation
/// of the owner wrote, and comes late, would be listed for good. Here a removal is a line, too, with a number.
/// </remarks>
internal sealed class ReplicatedLines(ServiceLines lines, ServiceLines? delta = null)
    : IDeltaReplicatedData<ReplicatedLines, ReplicatedLines>, IReplicatedDelta
{
    public static ReplicatedLines Empty { get; } = new(ServiceLines.None);

    public ServiceLines Lines => lines;

    // Null where nothing was said: Akka's declaration knows no nullable.
    public ReplicatedLines Delta => delta is null ? null! : new ReplicatedLines(delta);

    IReplicatedDelta IDeltaReplicatedData.Delta => Delta;

    IDeltaReplicatedData IReplicatedDelta.Zero => Empty;

    public ReplicatedLines Say(ServiceLine line)
    {
        var said = ServiceLines.Of(line);
        return new ReplicatedLines(lines.Merge(said), delta?.Merge(said) ?? said);
    }

    public ReplicatedLines Merge(ReplicatedLines other) => new(lines.Merge(other.Lines));

    public IReplicatedData Merge(IReplicatedData other) => Merge((ReplicatedLines)other);

    public ReplicatedLines MergeDelta(ReplicatedLines other) => Merge(other);

    public ReplicatedLines ResetDelta() => delta is null ? this : new ReplicatedLines(lines);

    IReplicatedData IDeltaReplicatedData.MergeDelta(IReplicatedDelta other) => Merge((ReplicatedLines)other);

    IReplicatedData IDeltaReplicatedData.ResetDelta() => ResetDelta();

    public override bool Equals(object? obj) => obj is ReplicatedLines other && lines == other.Lines;

    public override int GetHashCode() => lines.GetHashCode();
}
