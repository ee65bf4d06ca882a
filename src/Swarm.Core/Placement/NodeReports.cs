using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Nodes;

namespace Swarm.Core.Placement;

/// <summary>What a node reports to its placer, from what it has given away.</summary>
public static class NodeReports
{
    /// <param name="images">That the node has.</param>
    /// <param name="number">See <see cref="NodeReport.Report"/>.</param>
    public static NodeReport Of(
        NodeLedger ledger, NodeDescription description, NodeSettings settings, IEnumerable<NodeImage> images,
        long number)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        ArgumentNullException.ThrowIfNull(description);
        var held = ledger.Held.ToList();
        return new NodeReport(
            description.Pool, description, settings, number, ledger.Reserved,
            ReportNames.Of([.. held.Select(task => task.Key)]),
            [.. held.SelectMany(task => task.Value.Ports)
                .Concat(ledger.Standalone.SelectMany(claim => claim.Ports))
                .Where(port => port is { Mode: PublishMode.Host, HostPort: not 0 })])
        {
            IsDiskFull = ledger.DiskFault.Length > 0,
            Services = ReportNames.Of([.. held.CountBy(task => task.Value.Service)]),
        }.WithImages(images);
    }
}
