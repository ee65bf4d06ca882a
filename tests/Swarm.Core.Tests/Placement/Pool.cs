using System.Collections.Immutable;
using System.Text;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Nodes;
using Swarm.Core.Placement;
using Swarm.Core.Services;

namespace Swarm.Core.Tests.Placement;

/// <summary>Nodes and requests as the tests want them.</summary>
internal static class Pool
{
    public static readonly ServiceName Web = new("web");
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static NodeReport Node(string id, long milliCpu = 4000, long mebibytes = 4096, params string[] labels) =>
        new(
            "default",
            new NodeDescription(
                new NodeId(id), id, $"akka.tcp://swarm@{id}:4000", "default", Amount(milliCpu, mebibytes))
            {
                Labels = labels.Select(label => label.Split('=')).ToImmutableSortedDictionary(
                    label => label[0], label => label[1]),
                Architecture = "amd64",
            },
            NodeSettings.Default, 1, Resources.None, [], []);

    public static Resources Amount(long milliCpu, long mebibytes) =>
        new(new MilliCpu(milliCpu), Bytes.FromMebibytes(mebibytes));

    /// <param name="layers">Names, the lowest first, and bytes.</param>
    public static NodeImage Image(string name, params (string Layer, long Size)[] layers) => new(
        DigestOf(name), [.. layers.Select(layer => new NodeLayer(DigestOf(layer.Layer), new Bytes(layer.Size)))]);

    public static Placer Of(params NodeReport[] nodes)
    {
        var placer = new Placer();
        foreach (var node in nodes) placer.Keep(node);
        return placer;
    }

    public static PlaceTasks Ask(
        int tasks, Resources? each = null, long request = 1, string service = "web",
        params string[] constraints) => new(
        "default", new ServiceName(service), request,
        [.. Enumerable.Range(1, tasks).Select(number => new TaskId($"{service}.{(request * 1000) + number}"))],
        each ?? Resources.None, new PlacementRules { Constraints = [.. constraints] }, [],
        ImmutableSortedDictionary<string, int>.Empty, ImmutableSortedDictionary<string, int>.Empty);

    public static PlaceTasks On(this PlaceTasks asked, int hostPort) =>
        asked with { HostPorts = [new PublishedPort(80, hostPort, Mode: PublishMode.Host)] };

    public static Digest DigestOf(string name) => Digest.Of(Encoding.UTF8.GetBytes(name));

    /// <summary>All that waits to be fetched ahead.</summary>
    public static List<FetchAhead> AskedAhead(Placer placer)
    {
        var all = new List<FetchAhead>();
        while (placer.NextAhead() is { } ask) all.Add(ask);
        return all;
    }

    public static string[] NodesOf(PlacementsMade answer) =>
        [.. answer.Placed.Select(placement => placement.Node.Value)];
}
