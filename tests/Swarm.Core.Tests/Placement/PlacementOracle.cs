using System.Collections.Immutable;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Placement;

/// <summary>What the placer should answer, found the long way: for each task every node is judged and ranked
/// anew.</summary>
internal sealed class PlacementOracle
{
    private readonly PlaceTasks _asked;
    private readonly List<Node> _nodes;
    private readonly Dictionary<Digest, ImmutableArray<NodeLayer>> _layers;

    /// <param name="images">That the nodes may have.</param>
    public PlacementOracle(IEnumerable<NodeReport> nodes, PlaceTasks asked, IEnumerable<NodeImage> images)
    {
        _asked = asked;
        _layers = images.ToDictionary(image => image.Id, image => image.Layers);
        _nodes = [.. nodes.Select(node => new Node(node)
        {
            Cpu = node.Node.Capacity.Cpu.Value - node.Reserved.Cpu.Value,
            Memory = node.Node.Capacity.Memory.Value - node.Reserved.Memory.Value,
            Own = asked.RunningPerNode.GetValueOrDefault(node.Node.Id.Value),
            Tasks = node.Tasks.Length,
        })];
    }

    /// <returns>The node of each task that has one, in their order.</returns>
    public List<string> Place()
    {
        var placed = new List<string>();
        for (var task = 0; task < _asked.Tasks.Length; task++)
        {
            var best = _nodes.Where(Fits).OrderBy(node => node, Comparer<Node>.Create(Compare)).FirstOrDefault();
            if (best is null) break;
            best.Cpu -= _asked.Reservations.Cpu.Value;
            best.Memory -= _asked.Reservations.Memory.Value;
            (best.Own, best.Tasks) = (best.Own + 1, best.Tasks + 1);
            placed.Add(best.Id);
        }

        return placed;
    }

    public bool Fits(Node node) =>
        node.Report is { Settings.Availability: NodeAvailability.Active, IsDiskFull: false }
        && (_asked.Reservations.Cpu.Value == 0 || node.Cpu >= _asked.Reservations.Cpu.Value)
        && (_asked.Reservations.Memory.Value == 0 || node.Memory >= _asked.Reservations.Memory.Value)
        && (_asked.Rules.MaxPerNode == 0 || node.Own < _asked.Rules.MaxPerNode)
        && _asked.Rules.Constraints.All(text => !text.Contains("!=", StringComparison.Ordinal)
            ? ValueOf(text.Split("==")[0], node) == text.Split("==")[1]
            : ValueOf(text.Split("!=")[0], node) != text.Split("!=")[1])
        && _asked.Rules.Affinities.All(rule => !rule.Required || Meets(rule, node));

    private int Compare(Node left, Node right)
    {
        var order = Trouble(left).CompareTo(Trouble(right));
        for (var levels = 1; order == 0 && levels <= _asked.Rules.SpreadOver.Length; levels++)
        {
            order = InLevel(left, levels).CompareTo(InLevel(right, levels));
        }

        var sign = _asked.Rules.Strategy == PlacementStrategy.BinPack ? -1 : 1;
        if (order == 0 && sign > 0) order = left.Own.CompareTo(right.Own);
        if (order == 0) order = Failures(left).CompareTo(Failures(right));
        if (order == 0) order = sign * Math.Floor(Share(left) * 8).CompareTo(Math.Floor(Share(right) * 8));
        if (order == 0) order = (sign * left.Tasks + Fetch(left)).CompareTo(sign * right.Tasks + Fetch(right));
        if (order == 0) order = sign * Share(left).CompareTo(Share(right));
        return order != 0 ? order : string.CompareOrdinal(left.Id, right.Id);
    }

    private (bool Failing, int Unmet) Trouble(Node node) => (
        Failures(node) >= 3, _asked.Rules.Affinities.Count(rule => !rule.Required && !Meets(rule, node)));

    private int InLevel(Node node, int levels) => _nodes
        .Where(other => _asked.Rules.SpreadOver[..levels].All(key => ValueOf(key, other) == ValueOf(key, node)))
        .Sum(other => other.Own);

    private bool Meets(ServiceAffinity rule, Node node)
    {
        var isOwn = rule.Service == _asked.Service;
        var there = _nodes.Where(other => ValueOf(rule.Over, other) == ValueOf(rule.Over, node))
            .Sum(other => isOwn ? other.Own : other.Report.Services.GetValueOrDefault(rule.Service.Value));
        return rule.Near ? there > 0 || (isOwn && _nodes.Sum(other => other.Own) == 0) : there == 0;
    }

    private int Fetch(Node node)
    {
        if (_asked.Image is not { } image || Has(node, image)) return 0;
        var layers = _nodes.Any(other => Has(other, image)) ? _layers[image] : [];
        var lacked = layers.Where(layer => !node.Report.Layers.Any(held => held.Mark == ImageMarks.Of(layer.Blob)));
        for (var worth = 4; worth > 1; worth--)
        {
            if (layers.Sum(layer => layer.Size.Value) * (worth - 1) < lacked.Sum(layer => layer.Size.Value) * 4
                || layers.IsEmpty)
            {
                return worth;
            }
        }

        return 1;
    }

    private static bool Has(Node node, Digest image) => node.Report.Images.Contains(ImageMarks.Of(image));

    private int Failures(Node node) => _asked.AvoidNodes.GetValueOrDefault(node.Id);

    private double Share(Node node)
    {
        var (capacity, asked) = (node.Report.Node.Capacity, _asked.Reservations);
        return Math.Max(
            1 - ((double)(node.Cpu - asked.Cpu.Value) / capacity.Cpu.Value),
            1 - ((double)(node.Memory - asked.Memory.Value) / capacity.Memory.Value));
    }

    private static string ValueOf(string key, Node node) => key == "node.id"
        ? node.Id : node.Report.Node.Labels.GetValueOrDefault(key["node.labels.".Length..], "");

    internal sealed class Node(NodeReport report)
    {
        public NodeReport Report { get; } = report;

        public string Id => Report.Node.Id.Value;

        public long Cpu { get; set; }

        public long Memory { get; set; }

        public int Own { get; set; }

        public int Tasks { get; set; }
    }
}
