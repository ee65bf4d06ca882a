using System.Collections.Immutable;
using System.Globalization;
using Swarm.Core;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;

namespace Swarm.Wire.Tests;

/// <summary>A node's report is one message, whatever the node runs.</summary>
public sealed class NodeReportSizeTests
{
    private const int Tasks = 5000;
    private const int Images = 5000;

    private static readonly NodeDescription Node = new(
        new NodeId("n"), "n", "akka.tcp://swarm@n:4000", "default", Resources.None);

    [Fact]
    public void Five_thousand_tasks_of_one_service_fit() =>
        Assert.InRange(SwarmSerializer.Measure(Report(services: 1)), Tasks, WireLimits.NodeBytes);

    [Fact]
    public void Five_thousand_tasks_each_of_its_own_service_with_the_longest_name_fit() =>
        Assert.InRange(SwarmSerializer.Measure(Report(services: Tasks)), Tasks, WireLimits.NodeBytes);

    [Fact]
    public void A_few_tasks_stand_there_by_their_names()
    {
        var report = Report(services: 2, tasks: 3);

        Assert.Contains(TaskOf(1), report.Tasks);
        Assert.Equal([1, 2], report.Services.Values.Order());
        Assert.All(report.Services.Keys, name => Assert.StartsWith("sss", name, StringComparison.Ordinal));
    }

    private static NodeReport Report(int services, int tasks = Tasks)
    {
        var claims = Enumerable.Range(0, tasks).ToImmutableDictionary(TaskOf, number => new TaskClaim(
            new ServiceName((number % services).ToString(CultureInfo.InvariantCulture).PadLeft(63, 's')),
            Resources.None, [], IsHeld: true));
        var images = Enumerable.Range(0, Images).Select(number => new NodeImage(
            DigestOf(number), [.. Enumerable.Range(0, 8).Select(layer => new NodeLayer(
                DigestOf(-1 - (number / 8 * layer)), Bytes.FromMebibytes(1000)))]));
        return NodeReports.Of(
            new NodeLedger(Resources.None) { Claims = claims }, Node, NodeSettings.Default, images, 1);
    }

    private static Digest DigestOf(int number) => Digest.Of(BitConverter.GetBytes(number));

    private static TaskId TaskOf(int number) => TaskId.Of(new ServiceId(new string('i', 25)), number);
}
